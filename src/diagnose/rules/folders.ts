/**
 * Where sources are built and nothing is installed: folders of people, of build services and of packagers' build roots.
 */
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
  // Their contents are packages, and whole on systems that have them.
  /^\/(?:nix|gnu)\/store(?=\/|$)/,
];

/** The folder of builds (or of Nix and Guix) that a path lies in, or undefined. */
export function buildFolder(path: string): string | undefined {
  for (const r of BUILD) {
    const found = r.exec(path);
    if (found) return found[0];
  }
  return undefined;
}

const WRITABLE = /^\/(?:tmp|var\/tmp|dev\/shm|run\/lock|var\/lock|var\/crash)(?:\/|$)/;

/** Is it, or does it lie in, a folder in which everybody may create files (sticky or not)? */
export const isWorldWritable = (path: string): boolean => WRITABLE.test(path.replace(/\/+/g, "/"));
