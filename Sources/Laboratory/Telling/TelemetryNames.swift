import Vocabulary

/// What the columns of a log are called: the only place in which two vocabularies meet.
///
/// OpenTelemetry's GenAI names where there is one, else names under `gateway_lab.`. An attempt is the
/// conventions' `gen_ai.client.inference`: what the gateway asks of a provider. For the gateway's own
/// side of a request they have no span; it carries the same names, seen from the client: the alias is
/// the model that is asked for.
///
/// Not stated, because the model has none: `server.address` and `server.port`, ids of responses, reasons
/// to finish, and what sampling was asked for.
/// - Source: OpenTelemetry semantic conventions for generative AI, v0.1.0 of their own repository
///   (status: development), which they moved to after v1.41.0 of the general ones:
///   https://github.com/open-telemetry/semantic-conventions-genai/blob/v0.1.0/docs/gen-ai/client-inference.md
///   Errors: https://github.com/open-telemetry/semantic-conventions/blob/v1.45.0/docs/general/recording-errors.md
public enum TelemetryName {
  /// What is asked for: `chat` for both kinds of rows.
  public static let operation = "gen_ai.operation.name"
  /// Of a request the alias that the client asked for, of an attempt the deployment's model.
  public static let requestModel = "gen_ai.request.model"
  /// The model that answered, as its provider calls it; missing if none did.
  public static let responseModel = "gen_ai.response.model"
  /// The provider of the deployment that was asked, or that answered: see `provider(_:model:)`.
  public static let provider = "gen_ai.provider.name"
  /// Whether the answer is streamed; missing if it is not.
  public static let streams = "gen_ai.request.stream"
  /// Input tokens, those read from a cache and written to it included.
  public static let inputTokens = "gen_ai.usage.input_tokens"
  /// Of these, tokens read from the provider's prompt cache; missing if none were.
  public static let cachedInputTokens = "gen_ai.usage.cache_read.input_tokens"
  /// Of these, tokens written to the provider's prompt cache; missing if none were.
  public static let cacheWriteTokens = "gen_ai.usage.cache_write.input_tokens"
  /// Output tokens.
  public static let outputTokens = "gen_ai.usage.output_tokens"
  /// Seconds to the first token of a streamed answer.
  public static let timeToFirstToken = "gen_ai.response.time_to_first_chunk"
  /// Seconds that an attempt took, in a flat row: the metric of that meaning.
  ///
  /// A span has two instants.
  public static let attemptDuration = "gen_ai.client.inference.duration"
  /// Seconds that a request took, in a flat row: the metric of that meaning.
  ///
  /// A span has two instants.
  public static let requestDuration = "gen_ai.server.request.duration"
  /// The status that the provider or the gateway answered with; missing if neither did.
  public static let status = "http.response.status_code"
  /// The class of the error, see `errorType(_:)`; missing after a success.
  public static let errorType = "error.type"
  /// The user.
  public static let user = "user.id"
  /// The region of the deployment.
  public static let region = "cloud.region"

  /// `request` or `attempt`.
  public static let row = "gateway_lab.row"
  /// The arrival's number: what `explain --request` takes.
  public static let request = "gateway_lab.request.number"
  /// Which try of the client it is, from 0.
  public static let clientTry = "gateway_lab.request.client_try"
  /// Seconds from the file's zero.
  public static let time = "gateway_lab.time"
  /// The alias that the request of an attempt asked for.
  public static let alias = "gateway_lab.alias"
  /// The deployment.
  public static let deployment = "gateway_lab.deployment"
  /// The team.
  public static let team = "gateway_lab.team"
  /// The product feature.
  public static let feature = "gateway_lab.feature"
  /// How a request ended.
  public static let end = "gateway_lab.end"
  /// Where its answer came from.
  public static let source = "gateway_lab.answer.source"
  /// Why it was refused.
  public static let rejection = "gateway_lab.rejection"
  /// Attempts that a request made.
  public static let attempts = "gateway_lab.attempts"
  /// The number of an attempt in its request, from 0.
  public static let attempt = "gateway_lab.attempt.index"
  /// Why an attempt was made.
  public static let reason = "gateway_lab.attempt.reason"
  /// Whether the client's answer came from an attempt.
  public static let served = "gateway_lab.attempt.served"
  /// Dollars billed.
  public static let bill = "gateway_lab.cost.billed"
  /// Dollars in the gateway's own books.
  public static let estimate = "gateway_lab.cost.estimated"
  /// Of the estimate, dollars that bought no answer.
  public static let wasted = "gateway_lab.cost.wasted"
  /// Dollars that a stored or shared answer has saved.
  public static let saved = "gateway_lab.cost.saved"
  /// The virtual key.
  public static let key = "gateway_lab.key"
  /// The limit that refused the request, by its place in the policy: `limits[0]`.
  public static let limit = "gateway_lab.limit"
  /// Names of the incidents that touched it.
  public static let incidents = "gateway_lab.incidents"
}

extension TelemetryName {
  /// The conventions' value for a provider; a name that they do not know stays as it is.
  ///
  /// On Azure, models of OpenAI are served by another API than those of others.
  static func provider(_ name: String, model: String) -> String {
    switch name {
    case "azure": model.hasPrefix("gpt") ? "azure.ai.openai" : "azure.ai.inference"
    case "bedrock", "aws": "aws.bedrock"
    case "google": "gcp.gen_ai"
    case "gemini": "gcp.gemini"
    case "vertex", "vertex_ai": "gcp.vertex_ai"
    case "mistral": "mistral_ai"
    case "moonshot": "moonshot_ai"
    case "watsonx": "ibm.watsonx.ai"
    case "xai": "x_ai"
    default: name
    }
  }

  /// The model's name at its provider: what follows the provider's own name.
  static func model(_ name: String) -> String {
    guard let slash = name.firstIndex(of: "/") else { return name }
    return String(name[name.index(after: slash)...])
  }

  /// The class of an error: the status that was answered, as text, or one of `connection`,
  /// `firstTokenTimeout`, `idleTimeout`, `totalTimeout`, `brokenStream`, `cancelled`,
  /// `contextWindow`, `contentPolicy`, `spendLimit`, `malformed`.
  static func errorType(_ outcome: Outcome) -> String {
    outcome.kind == .status ? String(outcome.status) : "\(outcome.kind)"
  }
}
