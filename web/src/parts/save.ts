/** Hands a text to the browser to save as a file. */
export function save(name: string, type: string, text: string) {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser reads it after this, so it is given time.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
