import Foundation
import Synchronization

/// Where a command writes its text: standard output, standard error, or a buffer.
public protocol TextOutput: AnyObject, Sendable {
  /// Writes text as it is.
  func write(_ text: String)
  /// Whether a person looks at it; only then colours and a progress bar are written.
  var isTerminal: Bool { get }
  /// How many columns a line has.
  var columns: Int { get }
}

extension TextOutput {
  /// Writes text and ends the line.
  public func line(_ text: String) { write(text + "\n") }
}

/// Text kept in memory: for tests and notebooks.
public final class TextBuffer: TextOutput {
  private let content = Mutex("")
  /// Whether it passes for a terminal.
  public let isTerminal: Bool
  /// How many columns a line has.
  public let columns: Int

  /// Makes an empty buffer.
  public init(isTerminal: Bool = false, columns: Int = 100) {
    self.isTerminal = isTerminal
    self.columns = columns
  }

  /// Everything that was written.
  public var text: String { content.withLock { $0 } }

  /// Adds text.
  public func write(_ text: String) { content.withLock { $0 += text } }
}

/// An open file descriptor: standard output or standard error.
public final class DescriptorOutput: TextOutput {
  private let descriptor: Int32
  /// Whether a person looks at it.
  public let isTerminal: Bool

  /// Standard output.
  public static let standardOutput = DescriptorOutput(STDOUT_FILENO)
  /// Standard error.
  public static let standardError = DescriptorOutput(STDERR_FILENO)

  private init(_ descriptor: Int32) {
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1
  }

  /// The terminal's width now; 100 where there is none, so that files do not depend on a window.
  public var columns: Int {
    guard isTerminal else { return 100 }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 else { return 100 }
    return Int(size.ws_col)
  }

  /// Writes all of the text, however often the system takes only a part.
  public func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let start = rest.baseAddress, rest.count > 0 {
        let count = Foundation.write(descriptor, start, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      }
    }
  }
}
