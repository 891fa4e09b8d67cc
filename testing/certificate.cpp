#include "testing/certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <memory>

namespace vigia::testing {
namespace {

constexpr long kDay = 24L * 3600;

struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
struct FreeExtension {
  void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
};
struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using File = std::unique_ptr<std::FILE, CloseFile>;

std::unique_ptr<X509, FreeCertificate> self_signed(EVP_PKEY* key, Validity validity,
                                                   const std::string& host) {
  std::unique_ptr<X509, FreeCertificate> made(X509_new());
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -2 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), validity == Validity::expired ? -kDay : 2 * kDay);
  X509_set_pubkey(made.get(), key);
  X509_NAME* const name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("fake"), -1, -1,
                             0);
  X509_set_issuer_name(made.get(), name);
  const std::unique_ptr<X509_EXTENSION, FreeExtension> address(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, host.c_str()));
  X509_add_ext(made.get(), address.get(), -1);
  X509_sign(made.get(), key, EVP_sha256());
  return made;
}

Result<Certificate> write(EVP_PKEY* key, const std::string& folder, const std::string& name,
                          Validity validity, const std::string& host) {
  Certificate files{folder + "/" + name + ".cert.pem", folder + "/" + name + ".key.pem"};
  const auto certificate = self_signed(key, validity, host);
  const File cert_file(std::fopen(files.cert_file.c_str(), "w"));
  const File key_file(std::fopen(files.key_file.c_str(), "w"));
  if (!cert_file || !key_file || PEM_write_X509(cert_file.get(), certificate.get()) != 1 ||
      PEM_write_PrivateKey(key_file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return Error{ErrorCode::io, "a certificate cannot be made in " + folder};
  }
  return files;
}

}  // namespace

Result<Certificate> make_certificate(const std::string& folder, const std::string& name, Validity validity,
                                     const std::string& host) {
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return Error{ErrorCode::io, "a key cannot be made"};
  return write(key.get(), folder, name, validity, host);
}

Result<Certificate> renew_certificate(const Certificate& of, const std::string& folder,
                                      const std::string& name) {
  const File file(std::fopen(of.key_file.c_str(), "r"));
  const Key key(file ? PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!key) return Error{ErrorCode::io, of.key_file + " cannot be read"};
  return write(key.get(), folder, name, Validity::now, "IP:127.0.0.1");
}

std::string pin_of(const std::string& cert_file) {
  const std::string command = "openssl x509 -in '" + cert_file +
                              "' -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 "
                              "-binary | openssl base64 -A";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  std::array<char, 100> digits{};
  const std::size_t size = std::fread(digits.data(), 1, digits.size(), pipe);
  ::pclose(pipe);
  return "sha256//" + std::string(digits.data(), size);
}

}  // namespace vigia::testing
