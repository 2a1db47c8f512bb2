import Foundation

/// An open file that is read at explicit offsets.
///
/// The descriptor never changes and reading does not move it (`pread`), so the readers that share
/// one are independent of each other. It is closed with the last reader.
final class ReadableFile: Sendable {
  /// The path, for messages.
  let path: String
  private let descriptor: Int32

  /// Opens a file for reading.
  init(path: String) throws(TrafficError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .unreadable(file: path, reason: ReadableFile.reason("cannot be opened"))
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Reads up to `count` bytes at `offset` into `buffer` from `start`; 0 at the end of the file.
  func read(
    into buffer: inout [UInt8], from start: Int, count: Int, at offset: Int
  ) throws(TrafficError) -> Int {
    let room = min(count, buffer.count - start)
    guard start >= 0, room > 0 else { return 0 }
    while true {
      let got = buffer.withUnsafeMutableBytes { bytes in
        pread(descriptor, bytes.baseAddress.map { $0 + start }, room, off_t(offset))
      }
      if got >= 0 { return got }
      if errno != EINTR {
        throw .unreadable(file: path, reason: ReadableFile.reason("cannot be read"))
      }
    }
  }

  private static func reason(_ what: String) -> String {
    "\(what): \(String(cString: strerror(errno)))"
  }
}
