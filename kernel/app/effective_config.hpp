#pragma once

// The configuration in effect, and nothing that would be unsafe: what a gateway may not start with, it does not take
// in later either. Loop thread only; reads files, which may block for a moment.

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "kernel/app/home.hpp"
#include "kernel/core/config/reload.hpp"
#include "kernel/core/config/secrets.hpp"
#include "kernel/core/log/redactor.hpp"

namespace chela::app {

class EffectiveConfig {
 public:
  // `redactor` is told of every secret that is resolved, and outlives this.
  EffectiveConfig(config::LoadRequest request, log::Redactor& redactor);
  EffectiveConfig(const EffectiveConfig&) = delete;
  EffectiveConfig& operator=(const EffectiveConfig&) = delete;

  using Reasons = std::vector<std::string>;
  // Once, before anything else. The error is everything that is wrong, each with what to change.
  std::expected<void, Reasons> load();

  struct Reloaded {
    bool changed = false;                 // something is in effect that was not before
    Reasons refusals;                     // why the file is not taken in; nothing has changed then
    Reasons warnings;                     // of a file that is
    std::vector<config::Change> live;     // in effect from now on
    std::vector<config::Change> restart;  // in the file, and not in effect before a restart
  };
  // Takes in what the file says now. When it is refused, or gateway.reload.mode in it is "off", nothing changes.
  Reloaded reload();

  const config::Snapshot& current() const { return *reloader_->current(); }
  const config::ConfigSpec& spec() const { return spec_; }
  const config::LoadRequest& request() const { return request_; }
  const config::SecretResolver& secrets() const { return *secrets_; }
  const Home& home() const { return home_; }
  const std::string& address() const { return address_; }        // to listen on; fixed at load()
  const std::string& credential() const { return credential_; }  // token or password; empty: nothing is asked for
  const Reasons& warnings() const { return warnings_; }          // of the file in effect
  std::filesystem::path watched_file() const { return reloader_->watched_file(); }

 private:
  std::expected<std::string, Reasons> check(const config::Snapshot& next) const;
  Reasons next_start_refusals(const config::Snapshot& written) const;

  config::LoadRequest request_;
  Home home_;
  log::Redactor& redactor_;
  config::ConfigSpec spec_;
  std::optional<config::Reloader> reloader_;
  std::optional<config::SecretResolver> secrets_;
  std::string address_;
  std::string credential_;
  Reasons warnings_;
};

}  // namespace chela::app
