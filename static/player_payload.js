// A run as bytes: the length of a JSON header, the header, and the arrays it points into.

const TYPES = { f4: Float32Array, u1: Uint8Array, u4: Uint32Array };

// A typed array with its shape; row(i) is its i-th entry along the first axis, without copying.
export class Numbers {
  /**
   * @param {Float32Array | Uint8Array | Uint32Array} data
   * @param {number[]} shape
   */
  constructor(data, shape) {
    this.data = data;
    this.shape = shape;
    this.stride = shape.slice(1).reduce((a, b) => a * b, 1);
  }

  /** @param {number} i */
  row(i) { return this.data.subarray(i * this.stride, (i + 1) * this.stride); }
}

/**
 * The header with every {array, at, shape} replaced by Numbers.
 * @param {Uint8Array} bytes
 * @returns {{ id: string, scene: Payload.Scene } & Payload.Extra}
 */
export function unpack(bytes) {
  const own = bytes.slice(); // starts at a multiple of four, which typed arrays need
  const length = new DataView(own.buffer).getUint32(0, true);
  const revive = (key, value) => {
    if (!value?.array) return value;
    const size = value.shape.reduce((a, b) => a * b, 1);
    return new Numbers(new TYPES[value.array](own.buffer, 4 + length + value.at, size), value.shape);
  };
  return JSON.parse(new TextDecoder().decode(own.subarray(4, 4 + length)), revive);
}
