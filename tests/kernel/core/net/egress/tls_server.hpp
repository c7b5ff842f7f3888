#pragma once

// The HTTPS server of tls_server.mjs in a child process, with a certificate for `localhost` made on the spot.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "kernel/core/base/assert.hpp"
#include "tests/paths.hpp"
#include "tests/temporary_directory.hpp"

namespace chela {

class TlsServer {
 public:
  TlsServer() {
    std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost -keyout " +
        (directory_ / "key.pem").string() + " -out " + (directory_ / "certificate.pem").string() + " 2>/dev/null";
    CHELA_ASSERT(std::system(command.c_str()) == 0, "the openssl program is installed");
    int input[2], output[2];
    CHELA_ASSERT(::pipe2(input, O_CLOEXEC) == 0 && ::pipe2(output, O_CLOEXEC) == 0, "pipes can be made");
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(input[0], 0);
      ::dup2(output[1], 1);
      auto script = source_dir() / "tests/kernel/core/net/egress/tls_server.mjs";
      ::execlp("node", "node", script.c_str(), (directory_ / "key.pem").c_str(), certificate().c_str(), nullptr);
      ::_exit(127);
    }
    ::close(input[0]);
    ::close(output[1]);
    keep_alive_ = input[1];
    FILE* lines = ::fdopen(output[0], "r");
    CHELA_ASSERT(std::fscanf(lines, "%d", &port_) == 1, "node is installed and the server starts");
    std::fclose(lines);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() {
    ::close(keep_alive_);
    ::waitpid(child_, nullptr, 0);
  }

  std::string certificate() const { return directory_ / "certificate.pem"; }
  int port() const { return port_; }
  std::string url(std::string_view path, std::string_view host = "localhost") const {
    return "https://" + std::string(host) + ":" + std::to_string(port_) + std::string(path);
  }

 private:
  TemporaryDirectory directory_;
  pid_t child_ = 0;
  int keep_alive_ = -1;
  int port_ = 0;
};

}  // namespace chela
