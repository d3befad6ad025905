/** The version that a description of the API, OpenAPI, is of. */
export function versionOf(description: unknown): string | undefined {
  const { info } = (description ?? {}) as { info?: { version?: string } }
  return info?.version
}
