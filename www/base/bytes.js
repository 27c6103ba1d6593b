// Bytes put together, and their checksum as zip, gzip and PNG have it.

/** Parts one after the other. @param {readonly Uint8Array[]} parts */
export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Made when it is first asked for. @type {Uint32Array | undefined} */
let crc_table;

/**
 * CRC-32 of bytes that follow on others.
 * @param {Uint8Array} bytes
 * @param {number} [crc] of those before
 */
export function crc32(bytes, crc = 0) {
  crc_table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1)
      value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let value = ~crc;
  for (let index = 0; index < bytes.length; index += 1) {
    value = (value >>> 8) ^ crc_table[(value ^ bytes[index]) & 0xff];
  }
  return ~value >>> 0;
}
