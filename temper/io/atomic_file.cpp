#include "temper/io/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "temper/io/system_error.h"

namespace temper::io {
namespace {

constexpr std::string_view temporary_suffix = ".temper-tmp";

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

std::filesystem::path temporary_name(const std::filesystem::path& path, int attempt) {
  return folder_of(path) / fmt::format(".{}.{}.{}{}", path.filename().string(), ::getpid(), attempt,
                                       temporary_suffix);
}

/// Without this the new name may be lost with the power although the bytes are on the disk.
void sync_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor = open_file(folder, O_RDONLY | O_DIRECTORY, "open");
  // Some network file systems have no such call, and nothing better to offer.
  if (::fsync(descriptor.get()) != 0 && errno != EINVAL && errno != ENOTSUP)
    throw system_error("write", folder, errno);
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  int number = -1;
  for (int attempt = 0; number < 0; ++attempt) {
    temporary_ = temporary_name(path_, attempt);
    number = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    // EEXIST: left by a process that was killed, or at work in another thread.
    if (number < 0 && errno != EEXIST && errno != EINTR) throw system_error("write", path_, errno);
  }
  file_ = Descriptor(number);
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  if (const int failure = write_all(file_, bytes)) throw system_error("write", path_, failure);
}

void AtomicFile::commit() {
  if (::fsync(file_.get()) != 0) throw system_error("write", path_, errno);
  if (const int failure = file_.close()) throw system_error("write", path_, failure);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0)
    throw system_error("write", path_, errno);
  temporary_.clear();
  sync_folder(folder_of(path_));
}

void write_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void write_atomically(const std::filesystem::path& path, std::string_view text) {
  write_atomically(path, std::as_bytes(std::span(text)));
}

void write_atomically(const std::filesystem::path& path,
                      const std::function<void(AtomicFile&)>& writer) {
  AtomicFile file(path);
  writer(file);
  file.commit();
}

void remove_temporaries(const std::filesystem::path& folder) {
  std::error_code failure;
  std::vector<std::filesystem::path> temporaries;
  for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.') && name.ends_with(temporary_suffix))
      temporaries.push_back(entry->path());
  }
  for (const auto& temporary : temporaries) std::filesystem::remove(temporary, failure);
}

}  // namespace temper::io
