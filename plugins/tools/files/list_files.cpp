#include "plugins/tools/files/list_files.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include "chela/failure.hpp"
#include "plugins/tools/files/paths.hpp"
#include "plugins/tools/files/text.hpp"

namespace chela::tools::files {

namespace {

constexpr std::size_t kFolderEntriesMax = 20000;
constexpr int kDepthMax = 32;

struct Entry {
  std::string name;
  struct stat info = {};
};

struct Folder {
  std::vector<Entry> entries;  // by name
  bool whole = true;
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

Folder read_folder(Fd fd, const std::string& shown) {
  std::unique_ptr<DIR, CloseFolder> stream(::fdopendir(fd.get()));
  if (!stream) throw_errno("listing " + shown, errno);
  fd.release();
  Folder folder;
  errno = 0;
  while (const dirent* found = ::readdir(stream.get())) {
    Entry entry;
    entry.name = found->d_name;
    if (entry.name == "." || entry.name == "..") continue;
    if (folder.entries.size() >= kFolderEntriesMax) {
      folder.whole = false;
      break;
    }
    // An entry that vanishes meanwhile is not listed.
    if (::fstatat(::dirfd(stream.get()), found->d_name, &entry.info, AT_SYMLINK_NOFOLLOW) == 0) {
      folder.entries.push_back(std::move(entry));
    }
    errno = 0;
  }
  std::sort(folder.entries.begin(), folder.entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return folder;
}

std::string line_of(const std::string& path, const struct stat& info) {
  const std::string shown = displayed(path);
  if (S_ISDIR(info.st_mode)) return shown + "/\n";
  if (S_ISREG(info.st_mode)) {
    return shown + " (" + grouped(static_cast<std::size_t>(info.st_size)) +
           (info.st_size == 1 ? " byte)\n" : " bytes)\n");
  }
  return shown + " (" + kind_of(info.st_mode).substr(2) + ")\n";  // without its article
}

class Listing {
 public:
  Listing(const Workspace& workspace, const ListRequest& request, const std::function<bool()>& is_cancelled)
      : workspace_(workspace),
        request_(request),
        is_cancelled_(is_cancelled),
        shown_(displayed(workspace.relative(request.path))),
        top_(workspace.open_folder(workspace.relative(request.path))) {}

  std::string text() {
    add(".", 0);
    if (lines_ == 0) return "[" + shown_ + " is empty]";
    if (left_out_) text_ += "[more entries are left out; raise max_entries, or list one of the folders]";
    return text_;
  }

 private:
  void add(const std::string& path, int depth) {
    if (is_cancelled_()) throw Failure(CHELA_CANCELLED, "listing " + shown_ + ": cancelled");
    Fd fd = workspace_.open_folder_below(top_, path);
    if (!fd) {  // it vanished, was swapped for a link, or may not be read: it is named, and that is all
      left_out_ = true;
      return;
    }
    const Folder folder = read_folder(std::move(fd), shown_);
    left_out_ = left_out_ || !folder.whole;
    for (const Entry& entry : folder.entries) {
      if (lines_ >= request_.max_entries) {
        left_out_ = true;
        return;
      }
      const std::string below = path == "." ? entry.name : path + "/" + entry.name;
      text_ += line_of(below, entry.info);
      ++lines_;
      if (!request_.recursive || !is_entered(entry)) continue;
      if (depth + 1 < kDepthMax) {
        add(below, depth + 1);
      } else {
        left_out_ = true;
      }
    }
  }

  static bool is_entered(const Entry& entry) {
    return S_ISDIR(entry.info.st_mode) && entry.name != ".git" && entry.name != "node_modules";
  }

  const Workspace& workspace_;
  const ListRequest& request_;
  const std::function<bool()>& is_cancelled_;
  std::string shown_;
  Fd top_;
  std::string text_;
  std::size_t lines_ = 0;
  bool left_out_ = false;
};

}  // namespace

std::string list_files(const Workspace& workspace, const ListRequest& request,
                       const std::function<bool()>& is_cancelled) {
  return Listing(workspace, request, is_cancelled).text();
}

}  // namespace chela::tools::files
