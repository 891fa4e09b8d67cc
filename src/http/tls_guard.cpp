#include "http/tls_guard.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>
#include <strings.h>

#include <exception>

#include "base/log.h"
#include "http/pins.h"

namespace vigia::http {

bool is_tls_failure(CURLcode code) noexcept {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_ABORTED_BY_CALLBACK:  // the server's key could not be kept
      return true;
    default:
      return false;
  }
}

Status TlsGuard::install(CURL* easy, const std::string& url, const TlsOptions& tls) {
  key_error_.clear();
  pins_file_.clear();
  key_check_.forget();
  if (::strncasecmp(url.c_str(), "https:", 6) != 0) return ok_status();
  if (tls.pin.empty() && tls.insecure) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  } else if (tls.pin.empty()) {
    if (!tls.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, tls.ca_file.c_str());
  } else if (tls.pin != kFirstUse) {
    key_check_.install(easy, tls.pin);
  } else {
    server_ = server_of(url);
    const Result<std::string> kept = Pins(tls.pins_file).find(server_);
    if (!kept) return kept.error();
    key_check_.install(easy, *kept);
    if (!kept->empty() || !tls.keeps_first) return ok_status();
    pins_file_ = tls.pins_file;
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &TlsGuard::keep_key);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
  }
  return ok_status();
}

// Called between the handshake, in which the server has proved that it owns the key, and the request.
int TlsGuard::keep_key(void* self, char*, char*, int, int) noexcept {
  auto& guard = *static_cast<TlsGuard*>(self);
  try {
    const std::string& key = guard.key_check_.seen();
    if (key.empty()) return CURL_PREREQFUNC_OK;  // a connection from before
    const Result<bool> kept = Pins(guard.pins_file_).keep(guard.server_, key);
    if (kept) {
      if (*kept) {
        log::info("{}: its key {} is kept in {} and demanded from now on", guard.server_, key,
                  guard.pins_file_);
      }
      return CURL_PREREQFUNC_OK;
    }
    guard.key_error_ = fmt::format("the key of {} cannot be kept: {}", guard.server_, kept.error().text);
  } catch (const std::exception& error) {
    guard.key_error_ = error.what();
  }
  return CURL_PREREQFUNC_ABORT;
}

std::string TlsGuard::explain(CURL* easy, const TlsOptions& tls, const std::string& said) const {
  if (!key_error_.empty()) return key_error_;
  if (!tls.pin.empty() && !key_check_.is_wanted() && !key_check_.seen().empty()) {
    const bool first_use = tls.pin == kFirstUse;
    return fmt::format(
        "the server's key {} is not the one {}: somebody else may be answering in its place; if the server "
        "has "
        "a new certificate, {}",
        key_check_.seen(), first_use ? "of its first connection" : "of " + tls.key("tls_pin"),
        first_use ? fmt::format("delete the line of {} in {}", server_, tls.pins_file)
                  : fmt::format("set {} to this key", tls.key("tls_pin")));
  }
  long verified = X509_V_OK;
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified);
  if (verified == X509_V_ERR_CERT_HAS_EXPIRED || verified == X509_V_ERR_CERT_NOT_YET_VALID) {
    return fmt::format(
        "the server's certificate is not accepted: {}; renew it there, or set the clock of this machine if "
        "it "
        "is wrong",
        said);
  }
  return fmt::format(
      "the server's certificate is not accepted: {}; set {} to the PEM file of the authority that "
      "signed it (of a self-signed one: the certificate itself), or {}",
      said, tls.key("ca_file"),
      tls.can_pin ? tls.key("tls_pin") + " to first_use or to its key"
                  : tls.key("tls_insecure") + " to true, which verifies nothing");
}

}  // namespace vigia::http
