/// What the columns of a log are called: the only place in which two vocabularies meet.
///
/// OpenTelemetry's GenAI names where there is one, else names under `gateway_lab.`.
/// - Source: OpenTelemetry semantic conventions for generative AI (status: development);
///   https://opentelemetry.io/docs/specs/semconv/gen-ai/
public enum TelemetryName {
  /// What the row is: `chat` for both kinds of rows.
  public static let operation = "gen_ai.operation.name"
  /// The model alias that the client asked for.
  public static let requestModel = "gen_ai.request.model"
  /// The model of the deployment that answered.
  public static let responseModel = "gen_ai.response.model"
  /// The provider of the deployment that answered.
  public static let provider = "gen_ai.provider.name"
  /// Whether the answer is streamed.
  public static let streams = "gen_ai.request.stream"
  /// Input tokens.
  public static let inputTokens = "gen_ai.usage.input_tokens"
  /// Of these, tokens read from the provider's prompt cache.
  public static let cachedInputTokens = "gen_ai.usage.cache_read.input_tokens"
  /// Output tokens.
  public static let outputTokens = "gen_ai.usage.output_tokens"
  /// Seconds to the first token.
  public static let timeToFirstToken = "gen_ai.response.time_to_first_chunk"
  /// Seconds to the end.
  public static let duration = "gen_ai.client.operation.duration"
  /// The status that stands for the outcome.
  public static let status = "http.response.status_code"
  /// The class of the error; missing after a success.
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
  /// The index of the virtual key.
  public static let key = "gateway_lab.key"
  /// The index of the limit that refused the request.
  public static let limit = "gateway_lab.limit"
  /// Names of the incidents that touched it.
  public static let incidents = "gateway_lab.incidents"
}
