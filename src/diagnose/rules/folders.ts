/** Folders in which sources are built and nothing is installed: those of people, build services and packagers. */
const BUILD: readonly RegExp[] = [
  /^\/(?:home|Users|root|export\/home)(?=\/|$)/,
  /^\/(?:var\/)?tmp(?=\/|$)/,
  /^\/dev\/shm(?=\/|$)/,
  // Debian's and Fedora's builders, GitLab, GitHub, Azure, Jenkins, Travis, Drone, Bitrise, Docker's usual WORKDIRs.
  /^\/build(?:s|dir|root)?(?=\/|$)/,
  /^\/(?:usr\/)?src(?=\/|$)/,
  /^\/(?:github\/)?workspaces?(?=\/|$)/,
  /^\/__w(?=\/|$)/,
  /^\/var\/lib\/jenkins(?=\/|$)/,
  /^\/var\/jenkins_home(?=\/|$)/,
  /^\/drone\/src(?=\/|$)/,
  /^\/bitrise(?=\/|$)/,
  /^\/go\/src(?=\/|$)/,
  /^\/(?:data\/)?jenkins(?=\/|$)/,
  /^\/opt\/(?:hostedtoolcache|actions-runner|buildagent)(?=\/|$)/,
  /^\/(?:croot|feedstock_root|work)(?=\/|$)/,
  /^\/(?:io|project|ci)(?=\/|$)/,
  /^\/usr\/(?:obj|ports)(?=\/|$)/,
  /^\/var\/(?:builds?|cache)(?=\/|$)/,
  // What is in these are packages, which work on systems that have them.
  /^\/(?:nix|gnu)\/store(?=\/|$)/,
];

/** The build folder (or the store of Nix or Guix) that a path lies in; undefined for none. */
export function buildFolder(path: string): string | undefined {
  for (const pattern of BUILD) {
    const found = pattern.exec(path);
    if (found) return found[0];
  }
  return undefined;
}

const WRITABLE = /^\/(?:tmp|var\/tmp|dev\/shm|run\/lock|var\/lock|var\/crash)(?:\/|$)/;

/** Is this a folder in which everybody may create files (sticky or not), or a path below one? */
export const isWorldWritable = (path: string): boolean => WRITABLE.test(path.replace(/\/+/g, "/"));
