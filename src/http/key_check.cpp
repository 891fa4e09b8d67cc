#include "http/key_check.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <exception>
#include <utility>

#include "http/body.h"

namespace vigia::http {
namespace {

// "" if the key cannot be read: it then matches no pin.
std::string pin_of(const X509* certificate) {
  if (certificate == nullptr) return "";
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return "";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int digest_size = 0;
  const int hashed =
      EVP_Digest(der, static_cast<std::size_t>(size), digest.data(), &digest_size, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  if (hashed != 1) return "";
  return "sha256//" + base64({reinterpret_cast<const char*>(digest.data()), digest_size});
}

}  // namespace

void KeyCheck::install(CURL* easy, std::string wanted) {
  wanted_ = std::move(wanted);
  seen_.clear();
  // libcurl's own checks are of chain and name.
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  // A resumed session shows no certificate.
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &KeyCheck::set_up);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, this);
}

CURLcode KeyCheck::set_up(CURL*, void* ssl_context, void* self) noexcept {
  auto* const context = static_cast<SSL_CTX*>(ssl_context);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);  // else the answer of the next would be ignored
  SSL_CTX_set_cert_verify_callback(
      context,
      [](X509_STORE_CTX* store, void* check) { return look_at(store, *static_cast<KeyCheck*>(check)); },
      self);
  return CURLE_OK;
}

int KeyCheck::look_at(void* store_context, KeyCheck& self) noexcept {
  auto* const store = static_cast<X509_STORE_CTX*>(store_context);
  try {
    self.seen_ = pin_of(X509_STORE_CTX_get0_cert(store));
  } catch (const std::exception&) {  // no memory: an exception must not pass through OpenSSL
    self.seen_.clear();
  }
  if (!self.seen_.empty() && self.is_wanted()) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

}  // namespace vigia::http
