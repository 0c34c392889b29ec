#include "temper/io/disk/folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "temper/core/error.h"
#include "temper/io/disk/descriptor.h"
#include "temper/io/disk/failpoint.h"
#include "temper/io/disk/system_error.h"

namespace temper::io {
namespace {

namespace fs = std::filesystem;

constexpr auto kDiscarded = ".discarded";

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// @param asked  the folder for the message
void make_folder(const fs::path& folder, const fs::path& asked) {
  std::error_code failure;
  if (fs::is_directory(folder, failure)) return;
  const auto above = parent_of(folder);
  if (above != folder) make_folder(above, asked);
  if (const auto verdict = failpoint(Call::folder, folder); verdict.error != 0)
    throw system_error("create the folder", asked, verdict.error);
  if (fs::create_directory(folder, failure)) sync_folder(above);
  if (failure) throw system_error("create the folder", asked, failure.value());
}

}  // namespace

void make_folder(const fs::path& folder) {
  make_folder(folder, folder);
}

void sync_folder(const fs::path& folder) {
  const Descriptor descriptor = open_file(folder, O_RDONLY | O_DIRECTORY, "open");
  if (const auto verdict = failpoint(Call::sync, folder); verdict.error != 0)
    throw system_error("write", folder, verdict.error);
  // Some network file systems support no fsync of folders, and have no alternative.
  if (::fsync(descriptor.get()) != 0 && errno != EINVAL && errno != ENOTSUP)
    throw system_error("write", folder, errno);
}

void rename_synced(const fs::path& from, const fs::path& to) {
  if (const auto verdict = failpoint(Call::rename, to); verdict.error != 0)
    throw system_error("write", to, verdict.error);
  if (std::rename(from.c_str(), to.c_str()) != 0) throw system_error("write", to, errno);
  sync_folder(parent_of(to));
}

void replace_folder(const fs::path& from, const fs::path& to) {
  if (!fs::exists(to)) return rename_synced(from, to);
  if (const auto verdict = failpoint(Call::rename, to); verdict.error != 0)
    throw system_error("write", to, verdict.error);
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
    sync_folder(parent_of(to));
    discard(from);
    return;
  }
  if (errno != EINVAL && errno != ENOSYS) throw system_error("write", to, errno);
  const fs::path aside = from.native() + ".old";
  rename_synced(to, aside);
  rename_synced(from, to);
  discard(aside);
}

bool discard(const fs::path& path) noexcept {
  std::error_code failure;
  if (fs::is_directory(fs::symlink_status(path, failure)))
    for (fs::directory_iterator entry(path, failure), end; !failure && entry != end;
         entry.increment(failure))
      if (!discard(entry->path())) return false;
  if (failpoint(Call::remove, path).error != 0) return false;
  fs::remove(path, failure);
  return !failure;
}

void discard_folder(const fs::path& folder) noexcept {
  std::error_code failure;
  if (!fs::exists(folder, failure)) return;
  const fs::path aside = folder.native() + kDiscarded;
  discard(aside);
  try {
    rename_synced(folder, aside);
  } catch (const Error&) {
    return;
  }
  discard(aside);
}

void remove_discarded(const fs::path& folder) noexcept {
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure))
    if (entry->path().native().ends_with(kDiscarded)) discard(entry->path());
}

}  // namespace temper::io
