#pragma once

// What the commands on packages share: the home, the engine, the network. Owns a loop of its own; calls block.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/packages/candidate.hpp"
#include "kernel/core/packages/store.hpp"
#include "kernel/core/packages/trust_store.hpp"
#include "tools/chela/installation.hpp"

namespace chela::cli {

class PackageWork {
 public:
  struct Options {
    std::string config;
    std::string registry;  // empty: of the configuration, or npm's own
    std::string clawhub;
  };
  static Result<std::unique_ptr<PackageWork>> create(const Options& options);
  ~PackageWork();

  const std::filesystem::path& home() const { return installation_.home.root; }
  Installation& installation() { return installation_; }
  packages::FetchContext& context() { return *context_; }
  packages::TrustStore& keys() { return keys_; }
  const packages::PackagesModule& engine() const { return engine_; }
  // Before anything is asked of a registry. Error when there is none.
  Result<void> find_registry();

  template <class T>
  Result<T> run(Task<Result<T>> task) {
    std::optional<Result<T>> out;
    constexpr auto wait = [](Loop& loop, Task<Result<T>> work, std::optional<Result<T>>& result) -> Task<Result<void>> {
      auto done = co_await std::move(work);
      result.emplace(std::move(done));
      loop.stop();
      co_return Result<void>{};
    };
    loop_.spawn("packages", wait(loop_, std::move(task), out));
    while (!out) loop_.run();
    return std::move(*out);
  }

 private:
  PackageWork(Installation installation, const packages::PackagesModule& engine, packages::TrustStore keys);

  Installation installation_;
  const packages::PackagesModule& engine_;
  packages::TrustStore keys_;
  Loop loop_;
  net::EgressClient egress_;
  std::optional<packages::FetchContext> context_;
};

void add_registry_options(CLI::App& command, PackageWork::Options& options);

}  // namespace chela::cli
