// Tampered packages: a signed package is packed, then attacked in one way of a table, and must not be accepted.
// A few hundred by default, 10,000 with CHELA_LONG=1; CHELA_SEED repeats a run.

#include <fcntl.h>
#include <gtest/gtest.h>

#include <random>

#include "kernel/core/packages/archive.hpp"
#include "kernel/core/packages/package.hpp"
#include "kernel/core/packages/store.hpp"
#include "kernel/core/packages/trust_store.hpp"
#include "tests/kernel/core/packages/package_fixture.hpp"

namespace chela::packages {
namespace {

namespace fs = std::filesystem;

class Tampered : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(keys.add(public_part(key), "Ada", 1));
    old_package = signed_package("1.0.0", "old and vulnerable");
    good_package = signed_package("2.0.0", "new");
  }

  std::vector<PackedFile> signed_package(std::string_view version, std::string_view body) {
    auto folder = place / "source";
    fs::remove_all(folder);
    write_package(folder, "weather", version, body);
    write_text(folder / "data/table.csv", std::string(300, ','));
    sign_package(engine, key, folder, "weather", version);
    std::vector<PackedFile> files;
    for (const auto& name : names_below(folder)) files.push_back({name, false, read_text(folder / name)});
    return files;
  }

  std::string packed(const std::vector<PackedFile>& files) {
    auto file = place / "packed.tgz";
    platform::OwnedDescriptor out(::creat(file.c_str(), 0600));
    EXPECT_TRUE(engine.write_tarball(out.get(), files));
    out.close();
    return read_text(file);
  }

  // The way of `chela plugins install`: unpack, read, judge the signature; then what the store says.
  bool accepts(std::string_view archive) {
    write_text(place / "attack.tgz", archive);
    auto tree = place / "tree";
    fs::remove_all(tree);
    if (!unpack(engine, place / "attack.tgz", tree)) {
      EXPECT_FALSE(fs::exists(tree));
      return false;
    }
    auto info = read_package(tree);
    auto files = read_tree(tree);
    if (!info || !files || info->id != "weather") return false;
    auto finding = keys.judge_folder(engine, tree, info->id, info->version, *files);
    return finding.state == SignatureState::trusted && !is_replay(info->version);
  }

  bool is_replay(const std::string& version) {
    auto home = place / "home";
    fs::remove_all(home);
    auto store = Store::open(home);
    EXPECT_TRUE(store) << store.error().message;
    auto add = [&](const std::string& wanted) {
      auto staging = *store->make_staging();
      write_package(staging / "package", "weather", wanted);
      auto entry = entry_of(staging / "package", "weather", wanted);
      entry.signature = SignatureState::trusted;
      return store->install(staging / "package", std::move(entry), {}).has_value();
    };
    EXPECT_TRUE(add("2.0.0"));
    return !add(version);
  }

  // Whether what was unpacked last is the good package after all.
  bool is_same() {
    for (const auto& file : good_package)
      if (read_text(place / "tree" / file.name) != file.bytes) return false;
    return names_below(place / "tree").size() == good_package.size();
  }

  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random); }

  const PackagesModule& engine = test_engine();
  TemporaryDirectory place;
  SecretKey key = *make_key(engine);
  SecretKey other = *make_key(engine);
  TrustStore keys = *TrustStore::open(place.path());
  std::vector<PackedFile> good_package, old_package;
  std::mt19937_64 random{std::getenv("CHELA_SEED") ? std::strtoull(std::getenv("CHELA_SEED"), nullptr, 10) : 1};

  std::string attack(int kind) {
    auto files = good_package;
    auto& victim = files[below(files.size())];
    switch (kind) {
      case 0:  // a byte of one file
        victim.bytes[below(victim.bytes.size())] ^= static_cast<char>(1 + below(255));
        break;
      case 1:
        files.push_back({fmt::format("added-{}.js", below(1000)), false, "evil()"});
        break;
      case 2:
        files.erase(files.begin() + static_cast<std::ptrdiff_t>(below(files.size())));
        break;
      case 3: {  // two files exchange their names
        auto a = below(files.size()), b = (a + 1 + below(files.size() - 1)) % files.size();
        if (files[a].bytes == files[b].bytes) b = (b + 1) % files.size();
        std::swap(files[a].name, files[b].name);
        break;
      }
      case 4:
        victim.name += ".bak";
        break;
      case 5:
        victim.executable = true;
        break;
      case 6:
        files = old_package;
        break;   // signed, and known to be vulnerable
      case 7: {  // the new files under the signature of the old ones
        for (auto& file : files)
          for (const auto& old : old_package)
            if (file.name == old.name && file.name.starts_with("chela.files")) file.bytes = old.bytes;
        break;
      }
      case 8: {  // signed by somebody else
        for (auto& file : files) {
          if (file.name != kFileListName) continue;
          auto forged = *sign_text(engine, other, file.bytes, "");
          for (auto& signature : files)
            if (signature.name == kFileSignatureName) signature.bytes = forged;
        }
        break;
      }
      case 9:
        victim.bytes.resize(below(victim.bytes.size()));
        break;
      case 10:
        victim.bytes += static_cast<char>('a' + below(26));
        break;
      case 11:
        files.push_back({"../" + victim.name, false, victim.bytes});
        break;
      case 12:
        files.push_back(victim);
        break;
      case 13:
        files.push_back({victim.name + "/../x", false, ""});
        break;
      case 14:
        files.push_back({"zeros", false, std::string(8 << 20, '\0')});
        break;
      default:
        break;
    }
    return packed(files);
  }
  static constexpr int kKinds = 15;
};

TEST_F(Tampered, TheUntouchedPackageIsAccepted) {
  EXPECT_TRUE(accepts(packed(good_package)));
}

TEST_F(Tampered, NoneIsAccepted) {
  const int count = std::getenv("CHELA_LONG") ? 10'000 : 300;
  for (int i = 0; i < count; ++i) {
    const int kind = i % (kKinds + 1);
    std::string archive;
    if (kind < kKinds) {
      archive = attack(kind);
    } else {  // bits of the archive itself; what still unpacks to the same files is no attack
      archive = packed(good_package);
      archive[10 + below(archive.size() - 10)] ^= static_cast<char>(1u << below(8));
    }
    const bool accepted = accepts(archive);
    if (kind == kKinds && accepted && is_same()) continue;
    ASSERT_FALSE(accepted) << "attack " << kind << ", round " << i;
  }
}

}  // namespace
}  // namespace chela::packages
