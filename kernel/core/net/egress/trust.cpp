#include "kernel/core/net/egress/trust.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <atomic>
#include <cstdlib>
#include <string_view>

namespace chela::net {

namespace {

// For as long as the process lives, like the module: set once, shared by every connection, locked inside OpenSSL.
std::atomic<X509_STORE*> system_trust = nullptr;

CURLcode use_store(CURL*, void* context, void* store) {
  SSL_CTX_set1_cert_store(static_cast<SSL_CTX*>(context), static_cast<X509_STORE*>(store));
  return CURLE_OK;
}

}  // namespace

void load_system_trust() {
  const curl_version_info_data* curl = curl_version_info(CURLVERSION_NOW);
  bool is_openssl = curl->ssl_version && std::string_view(curl->ssl_version).starts_with("OpenSSL/");
  const char* file = std::getenv("SSL_CERT_FILE");
  if (!file || !*file) file = curl->cainfo;
  if (system_trust != nullptr || !is_openssl || !file) return;
  X509_STORE* store = X509_STORE_new();
  if (!store) return;
  X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);  // as libcurl does
  if (X509_STORE_load_file(store, file) != 1) {
    X509_STORE_free(store);
    return;
  }
  X509_STORE* none = nullptr;
  if (!system_trust.compare_exchange_strong(none, store)) X509_STORE_free(store);
}

CURLcode set_trust(CURL* easy, const std::string& ca_file) {
  X509_STORE* store = ca_file.empty() ? system_trust.load() : nullptr;
  if (ca_file.empty() && !store) return CURLE_OK;
  const char* file = ca_file.empty() ? nullptr : ca_file.c_str();
  if (CURLcode code = curl_easy_setopt(easy, CURLOPT_CAINFO, file); code != CURLE_OK) return code;
  if (CURLcode code = curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr); code != CURLE_OK) return code;
  if (!store) return CURLE_OK;
  if (CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, store); code != CURLE_OK) return code;
  return curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &use_store);
}

}  // namespace chela::net
