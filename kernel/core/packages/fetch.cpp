#include "kernel/core/packages/fetch.hpp"

#include "kernel/core/base/hash.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/packages/archive.hpp"
#include "kernel/core/packages/git_clone.hpp"
#include "kernel/core/packages/npm_registry.hpp"
#include "kernel/core/platform/files.hpp"
#include "kernel/core/plugins/manifest.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

bool holds_package(const fs::path& folder) {
  std::error_code missing;
  for (std::string_view name :
       {plugins::kManifestName, std::string_view("openclaw.plugin.json"), std::string_view("package.json")}) {
    if (fs::is_regular_file(folder / name, missing)) return true;
  }
  return false;
}

// Archives hold a package as it is, or in one folder, as npm and source archives do.
fs::path package_root(const fs::path& unpacked) {
  if (holds_package(unpacked)) return unpacked;
  std::error_code ignored;
  fs::path only;
  for (fs::directory_iterator at(unpacked, ignored), end; at != end; at.increment(ignored)) {
    if (!at->is_directory(ignored) || !only.empty()) return unpacked;
    only = at->path();
  }
  return only.empty() ? unpacked : only;
}

Result<void> write_part(TreeWriter& tree, const fs::path& from, bool executable) {
  constexpr std::size_t kBytesMax = 128u << 20;
  CHELA_TRY(auto bytes, platform::read_file(from, kBytesMax));
  CHELA_CHECK(tree.begin_file(from.filename().string(), executable));
  CHELA_CHECK(tree.write(bytes));
  return tree.end_file();
}

// A library is a package together with the manifest beside it, and with nothing else that lies there.
Result<void> copy_library(const PackagesModule& engine, const fs::path& library, const fs::path& to) {
  CHELA_TRY(auto tree, TreeWriter::create(engine, to, {}));
  auto folder = library.parent_path();
  auto manifest = write_part(tree, folder / plugins::kManifestName, false);
  if (!manifest) return fail("the manifest beside the library", std::move(manifest.error()));
  CHELA_CHECK(write_part(tree, library, true));
  return tree.commit();
}

Result<Fetched> fetch_local(const PackagesModule& engine, const Source& source, const fs::path& staging) {
  constexpr std::size_t kArchiveBytesMax = 128u << 20;
  auto to = staging / "package";
  Fetched out{.resolved = source.path.string()};
  switch (source.kind) {
    case SourceKind::folder:
      CHELA_CHECK(copy_folder(engine, source.path, to));
      break;
    case SourceKind::library:
      CHELA_CHECK(copy_library(engine, source.path, to));
      break;
    default: {
      // Read once, so that the hash is that of the bytes that are unpacked.
      CHELA_TRY(auto bytes, platform::read_file(source.path, kArchiveBytesMax));
      out.integrity = "sha256-" + sha256_hex(bytes);
      auto copy = staging / source.path.filename();
      CHELA_CHECK(platform::write_file_atomically(copy, bytes));
      CHELA_CHECK(unpack(engine, copy, to));
    }
  }
  out.folder = package_root(to);
  return out;
}

Task<Result<fs::path>> unpack_in_background(FetchContext& context, fs::path archive, fs::path staging) {
  auto work = run_blocking<fs::path>(context.loop, [&engine = context.engine, archive, staging]() -> Result<fs::path> {
    CHELA_CHECK(unpack(engine, archive, staging / "package"));
    return package_root(staging / "package");
  });
  co_return co_await std::move(work);
}

Task<Result<Fetched>> fetch_npm(FetchContext& context, Source source, fs::path staging) {
  auto base = source.kind == SourceKind::npm ? context.npm_registry : context.clawhub + "/api/npm";
  auto found = co_await find_npm_version(context, base, source.name, source.version);
  CHELA_CO_TRY(auto version, std::move(found));
  auto archive = staging / "package.tgz";
  auto downloaded = co_await download_npm(context, version, archive);
  CHELA_CO_CHECK(std::move(downloaded));
  auto unpacked = co_await unpack_in_background(context, archive, staging);
  CHELA_CO_TRY(auto folder, std::move(unpacked));
  co_return Fetched{std::move(folder), version.tarball, version.integrity};
}

Task<Result<Fetched>> fetch_git(FetchContext& context, Source source, fs::path staging) {
  auto archive = staging / "repository.tar";
  auto cloned = co_await clone_git(context, source.url, source.ref, staging / "repository", archive);
  CHELA_CO_TRY(auto commit, std::move(cloned));
  auto unpacked = co_await unpack_in_background(context, archive, staging);
  CHELA_CO_TRY(auto folder, std::move(unpacked));
  co_return Fetched{std::move(folder), source.url + "#" + commit, ""};
}

}  // namespace

Task<Result<Fetched>> fetch(FetchContext& context, Source source, fs::path staging) {
  if (source.kind == SourceKind::npm || source.kind == SourceKind::clawhub)
    co_return co_await fetch_npm(context, std::move(source), std::move(staging));
  if (source.kind == SourceKind::git) co_return co_await fetch_git(context, std::move(source), std::move(staging));
  auto work = run_blocking<Fetched>(
      context.loop, [&engine = context.engine, source, staging] { return fetch_local(engine, source, staging); });
  co_return co_await std::move(work);
}

}  // namespace chela::packages
