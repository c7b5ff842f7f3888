#pragma once

// The system's certificate authorities, parsed once. libcurl would do it on the loop thread: 22 ms for Debian's file,
// for each connection where a directory of authorities is configured as well, as it is on Debian.

#include <curl/curl.h>

#include <string>

namespace chela::net {

// Reads the file that SSL_CERT_FILE names, or else the one that libcurl was built to trust. Slow; once, on any thread,
// before the first transfer. Without such a file, or with a libcurl that is not built on OpenSSL, libcurl's own way
// remains.
void load_system_trust();

// Makes `easy` trust the system's authorities, or those of `ca_file` alone. The string has to outlive `easy`.
CURLcode set_trust(CURL* easy, const std::string& ca_file);

}  // namespace chela::net
