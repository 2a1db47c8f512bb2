/// A piece of a prompt that may be cached: what it is, with all that stands before it, and its length.
@frozen
public struct PrefixPiece: BitwiseCopyable, Sendable, Hashable {
  /// Equal for equal pieces behind equal beginnings.
  public var key: UInt64
  /// Tokens.
  public var tokens: UInt32

  /// Makes a piece.
  @inlinable
  public init(key: UInt64, tokens: UInt32) {
    self.key = key
    self.tokens = tokens
  }
}

/// Where the pieces of a prompt lie in the arena of a run; plain, so that it travels with a call.
@frozen
public struct PrefixHandle: BitwiseCopyable, Sendable, Hashable {
  @usableFromInline var chunk: UInt32
  @usableFromInline var offset: UInt16
  /// How many pieces.
  public let count: UInt16

  @usableFromInline init(chunk: UInt32, offset: UInt16, count: UInt16) {
    self.chunk = chunk
    self.offset = offset
    self.count = count
  }

  /// A prompt of which nothing is known.
  @inlinable public static var none: PrefixHandle { PrefixHandle(chunk: 0, offset: 0, count: 0) }
}

/// The pieces of the prompts that are under way, in memory that the driver of one run owns.
///
/// Pieces lie in chunks. A chunk is used again when its last prompt has been let go of for an hour of
/// the run: a client that repeats a call after its answer still finds its pieces, and memory follows
/// what is in flight, not the trace. A handle of an earlier use of a chunk has no pieces.
///
/// One run is one thread: no two of its parts touch the arena at a time.
/// - Complexity: O(pieces) to add, O(1) else.
public final class PrefixArena: @unchecked Sendable {
  /// The most pieces of a prompt; a longer one keeps its beginning.
  public static let most = 4096

  private struct Chunk {
    var pieces: UnsafeMutablePointer<PrefixPiece>
    var generation: UInt32 = 0
    var used = 0
    var live = 0
    var free = Instant.distantPast
  }

  private static let grace: Int64 = 3_600_000_000_000

  private var chunks: [Chunk] = []
  private var current = 0

  /// An empty arena.
  public init() {}

  deinit {
    for chunk in chunks { chunk.pieces.deallocate() }
  }

  /// How many chunks of memory it has.
  public var chunkCount: Int { chunks.count }

  /// Keeps the pieces of a prompt that arrives at `now`: blocks of equal length, the last shorter.
  public func add(
    blocks: [UInt64], of length: UInt32, tokens: UInt32, at now: Instant
  ) -> PrefixHandle {
    let count = min(blocks.count, PrefixArena.most)
    guard count > 0 else { return .none }
    makeRoom(count, at: now)
    let offset = chunks[current].used
    var left = tokens
    for place in 0..<count {
      let part = min(left, length)
      left -= part
      (chunks[current].pieces + offset + place).initialize(
        to: PrefixPiece(key: blocks[place], tokens: part))
    }
    return handle(of: count)
  }

  /// Keeps the pieces of a prompt that arrives at `now`: what it shares with others, and the rest.
  public func add(_ first: PrefixPiece, _ rest: PrefixPiece, at now: Instant) -> PrefixHandle {
    makeRoom(2, at: now)
    let place = chunks[current].pieces + chunks[current].used
    place.initialize(to: first)
    (place + 1).initialize(to: rest)
    return handle(of: 2)
  }

  /// The handle of the pieces that have been written behind the last.
  private func handle(of count: Int) -> PrefixHandle {
    let offset = chunks[current].used
    chunks[current].used += count
    chunks[current].live += 1
    return PrefixHandle(
      chunk: chunks[current].generation << 12 | UInt32(current), offset: UInt16(offset),
      count: UInt16(count))
  }

  /// The pieces of a prompt; none if they have been let go of for long.
  public func pieces(_ handle: PrefixHandle) -> UnsafeBufferPointer<PrefixPiece> {
    let place = Int(handle.chunk & 0xFFF)
    guard handle.count > 0, place < chunks.count,
      chunks[place].generation & 0xF_FFFF == handle.chunk >> 12
    else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(
      start: chunks[place].pieces + Int(handle.offset), count: Int(handle.count))
  }

  /// Lets go of the pieces of a prompt.
  public func release(_ handle: PrefixHandle, at now: Instant) {
    let place = Int(handle.chunk & 0xFFF)
    guard handle.count > 0, place < chunks.count,
      chunks[place].generation & 0xF_FFFF == handle.chunk >> 12
    else { return }
    chunks[place].live -= 1
    chunks[place].free = now.advanced(byNanoseconds: PrefixArena.grace)
  }

  private func makeRoom(_ count: Int, at now: Instant) {
    if current < chunks.count, chunks[current].used + count <= PrefixArena.most { return }
    let reusable = chunks.indices.first { place in
      place != current && chunks[place].live <= 0 && chunks[place].free <= now
    }
    if let reusable {
      chunks[reusable].generation &+= 1
      chunks[reusable].used = 0
      chunks[reusable].live = 0
      current = reusable
    } else {
      precondition(chunks.count < 4096, "more than 16 million pieces of prompts at once")
      chunks.append(Chunk(pieces: .allocate(capacity: PrefixArena.most)))
      current = chunks.count - 1
    }
  }
}
