export { Tolerant } from "../image/tolerant.js";
