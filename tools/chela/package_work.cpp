#include "tools/chela/package_work.hpp"

#include "kernel/core/base/text.hpp"

namespace chela::cli {
namespace {

// What git and npm need of the environment: where they are, who asks, and how the network is reached.
platform::Environment program_environment() {
  return platform::allowed_environment({"PATH",
                                        "HOME",
                                        "USER",
                                        "TMPDIR",
                                        "LANG",
                                        "SSH_AUTH_SOCK",
                                        "HTTP_PROXY",
                                        "HTTPS_PROXY",
                                        "NO_PROXY",
                                        "http_proxy",
                                        "https_proxy",
                                        "no_proxy",
                                        "SSL_CERT_FILE",
                                        "SSL_CERT_DIR",
                                        "NODE_EXTRA_CA_CERTS",
                                        "npm_config_registry",
                                        "npm_config_cafile",
                                        "npm_config_userconfig",
                                        "npm_config_globalconfig",
                                        "npm_config_cache"});
}

}  // namespace

PackageWork::PackageWork(Installation installation, const packages::PackagesModule& engine, packages::TrustStore keys)
    : installation_(std::move(installation)), engine_(engine), keys_(std::move(keys)), egress_(loop_, {}) {}

PackageWork::~PackageWork() {
  loop_.drain(std::chrono::seconds(1));
}

Result<std::unique_ptr<PackageWork>> PackageWork::create(const Options& options) {
  auto installation = Installation::read(options.config);
  CHELA_TRY(const auto* engine, packages::load_packages_module());
  CHELA_TRY(auto keys, packages::TrustStore::open(installation.home.root));
  std::unique_ptr<PackageWork> work(new PackageWork(std::move(installation), *engine, std::move(keys)));
  work->context_.emplace(packages::FetchContext{work->loop_, work->egress_, *engine, options.registry, options.clawhub,
                                                program_environment()});
  auto& context = *work->context_;
  const auto& config = work->installation_.loaded.snapshot;
  if (config && context.npm_registry.empty())
    context.npm_registry = config->find_string("plugins.registry").value_or("");
  if (config && context.clawhub.empty()) context.clawhub = config->find_string("plugins.clawhub").value_or("");
  while (context.clawhub.ends_with('/')) context.clawhub.pop_back();
  return work;
}

// npm knows where people get their packages from; so that we need not.
Result<void> PackageWork::find_registry() {
  if (!context_->npm_registry.empty()) return {};
  platform::ProcessRequest request{.argv = {"npm", "config", "get", "registry"}, .environment = context_->environment};
  request.working_directory = std::filesystem::temp_directory_path();  // no .npmrc of a project counts
  auto ended = run(platform::run_process(loop_, std::move(request), {}));
  if (ended && ended->succeeded()) context_->npm_registry = trim(ended->output);
  if (context_->npm_registry.starts_with("http")) return {};
  return fail(ErrorCode::not_found,
              "no registry is known: install npm, or name one with --registry or plugins.registry");
}

void add_registry_options(CLI::App& command, PackageWork::Options& options) {
  add_config_option(command, options.config);
  command.add_option("--registry", options.registry, "The npm registry (default: plugins.registry, or npm's own)");
  command.add_option("--clawhub", options.clawhub, "ClawHub's address (default: plugins.clawhub)");
}

}  // namespace chela::cli
