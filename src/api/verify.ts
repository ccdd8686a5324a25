// Two files as programs.
export {
  PROGRAM_PARTS,
  type ProgramComparison,
  type ProgramDifference,
  type ProgramPart,
  sameProgram,
  type SameProgramOptions,
} from "../prove/same-program.js";
