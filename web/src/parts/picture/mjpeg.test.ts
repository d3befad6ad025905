import { expect, it } from 'vitest'

import { Parts } from './mjpeg'

const encode = (text: string) => new TextEncoder().encode(text)
const decode = (pictures: Uint8Array[]) => pictures.map((one) => new TextDecoder().decode(one))
const part = (body: string) =>
  `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${body.length}\r\n\r\n${body}\r\n`

it('takes pictures out of a stream, however it is cut', () => {
  const bytes = encode(part('one') + part('two\r\n\r\nlines') + part(''))
  for (const step of [1, 2, 3, 7, 1000]) {
    const parts = new Parts()
    const found: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += step) found.push(...parts.push(bytes.subarray(at, at + step)))
    expect(decode(found)).toEqual(['one', 'two\r\n\r\nlines', ''])
  }
})

it('refuses what is no stream of pictures, and does not keep it', () => {
  const parts = new Parts()
  expect(() => parts.push(encode('x'.repeat(5000)))).toThrow('no stream')
  expect(() => new Parts().push(encode('--frame\r\nContent-Type: image/jpeg\r\n\r\n'))).toThrow('how long')
})
