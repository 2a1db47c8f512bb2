import Settings
public import Vocabulary

/// What one customer account at a provider has agreed on: discounts that the deployments which name it
/// earn and use together.
///
/// The month's volume is one ledger. A commitment is paid once, whatever uses it: its hourly part stands
/// with the first deployment that names the account.
public struct AccountPlan: Sendable, Hashable {
  /// The name.
  public var name: String
  /// The discounts of the month's volume.
  public var volume: VolumeDiscount?
  /// What is paid for ahead.
  public var commitment: PriceTerms.Commitment?

  /// Reads one entry of the section `accounts`.
  init(name: String, reading s: inout SettingsReader) throws(SettingError) {
    self.name = name
    (volume, commitment) = try PriceTerms.readDiscounts(&s)
    _ = try s.text("source", default: "", "where these numbers come from; silence means assumed")
    try s.require(
      volume != nil || commitment != nil, "volume", expected: "`volume` or `committed`")
  }
}

/// What has been bought in the month, by all deployments of an account.
///
/// One run is one thread: no two of its parts touch it at a time.
final class AccountLedger: @unchecked Sendable {
  var volume = VolumeLedger()
}

extension DeploymentPlan {
  /// Reads `account`, and takes its discounts into the prices.
  static func readAccount(
    _ s: inout SettingsReader, _ accounts: [AccountPlan], into terms: inout PriceTerms
  ) throws(SettingError) -> String? {
    let setting = try s.raw(
      "account", "the account in `accounts` whose discounts it shares; silence: its own")
    guard let setting else { return nil }
    if setting.isDescribing || accounts.isEmpty {
      if !setting.isDescribing {
        throw SettingError(at: setting, expected: "no account: the file has no section `accounts`")
      }
      _ = try setting.text()
      return nil
    }
    let account = accounts[try setting.name(among: accounts.map(\.name), kind: "account")]
    guard terms.volume == nil, terms.commitment == nil else {
      throw SettingError(
        at: setting, expected: "no account beside `volume` or `committed` of its own price",
        next: "say the discount once: in `accounts`, for all who share it")
    }
    (terms.volume, terms.commitment) = (account.volume, account.commitment)
    return account.name
  }
}
