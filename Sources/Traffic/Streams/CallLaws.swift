import Chance
import Vocabulary

/// Whether the answers of a stream are streamed.
enum StreamingLaw: Sendable, Hashable {
  case never
  case always
  case share(Double)
}

/// What all calls of a stream have in common, and the laws by which they differ.
struct CallLaws: Sendable {
  var alias = AliasID(0)
  var aliasName = ""
  var tags: TagSet = []
  var capabilities: TagSet = []
  var priority: UInt8 = 0
  var outputCap: UInt32 = .max
  /// How long a client waits for the answer of a call, in nanoseconds; `nil` for ever.
  var patience: Sampler?
  var streaming = StreamingLaw.never
  var identity = IdentityLaw()
  var bodies = BodyLaw.Rule.unique
  /// The name under which bodies are shared with other streams; `nil` for the stream's own.
  var pool: String?
  var input = TokenLaw.recorded()
  var output = TokenLaw.recorded()
  /// The share of the input that the provider has in its cache; `nil` for what the trace says.
  var cachedShare: Double?
  /// Which question a body asks; `nil` if nothing is said.
  var questions: Zipf?
  /// What prompts begin with; `nil` if nothing is said.
  var systemPrompts: SystemPrompts?
  /// How hard a body is, from 0 to 1; `nil` if nothing is said.
  var difficulty: Sampler?
}
