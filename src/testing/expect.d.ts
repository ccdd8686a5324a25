/**
 * What `jest.ts` adds to: the package `expect` of jest, which is none of ours. These are its interfaces as it declares
 * them.
 */
declare module "expect" {
  interface Matchers<R extends void | Promise<void>, T = unknown> {}
  interface AsymmetricMatchers {}
}
