/// The SHA-256 checksum of a file or of bytes.
///
/// FIPS 180-4. The Linux toolchain ships no cryptography, and a checksum is all that is needed here.
/// - Complexity: O(bytes), constant memory.
public struct Checksum: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  private var words = [UInt32](repeating: 0, count: 64)
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  /// Starts a checksum.
  public init() {}

  /// The checksum of a file, in 64 lower-case hexadecimal digits.
  public static func sha256(ofFile path: String) throws(TrafficError) -> String {
    let file = try ReadableFile(path: path)
    var checksum = Checksum()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset = 0
    while true {
      let got = try file.read(into: &buffer, from: 0, count: buffer.count, at: offset)
      if got == 0 { return checksum.finish() }
      checksum.add(buffer[0..<got])
      offset += got
    }
  }

  /// Takes more bytes.
  public mutating func add(_ bytes: ArraySlice<UInt8>) {
    length += UInt64(bytes.count)
    var position = bytes.startIndex
    if !pending.isEmpty {
      let missing = min(64 - pending.count, bytes.count)
      pending += bytes[position..<position + missing]
      position += missing
      if pending.count < 64 { return }
      compress(pending[...])
      pending.removeAll(keepingCapacity: true)
    }
    while bytes.endIndex - position >= 64 {
      compress(bytes[position..<position + 64])
      position += 64
    }
    pending += bytes[position...]
  }

  /// Ends the checksum and returns its digits.
  public mutating func finish() -> String {
    let bits = length &* 8
    var tail: [UInt8] = [0x80]
    while (pending.count + tail.count) % 64 != 56 { tail.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      tail.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    add(tail[...])
    let digits = Array("0123456789abcdef")
    var text = ""
    for word in state {
      for shift in stride(from: 28, through: 0, by: -4) {
        text.append(digits[Int((word >> UInt32(shift)) & 15)])
      }
    }
    return text
  }

  private mutating func compress(_ block: ArraySlice<UInt8>) {
    let first = block.startIndex
    for i in 0..<16 {
      let at = first + 4 * i
      words[i] =
        UInt32(block[at]) << 24 | UInt32(block[at + 1]) << 16 | UInt32(block[at + 2]) << 8
        | UInt32(block[at + 3])
    }
    for i in 16..<64 {
      let (early, late) = (words[i - 15], words[i - 2])
      let small0 = Self.rotate(early, 7) ^ Self.rotate(early, 18) ^ (early >> 3)
      let small1 = Self.rotate(late, 17) ^ Self.rotate(late, 19) ^ (late >> 10)
      words[i] = words[i - 16] &+ small0 &+ words[i - 7] &+ small1
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for i in 0..<64 {
      let big1 = Self.rotate(e, 6) ^ Self.rotate(e, 11) ^ Self.rotate(e, 25)
      let one = h &+ big1 &+ ((e & f) ^ (~e & g)) &+ Self.constants[i] &+ words[i]
      let big0 = Self.rotate(a, 2) ^ Self.rotate(a, 13) ^ Self.rotate(a, 22)
      let two = big0 &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ one, c, b, a, one &+ two)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }

  private static func rotate(_ word: UInt32, _ by: UInt32) -> UInt32 {
    (word >> by) | (word << (32 - by))
  }

  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
