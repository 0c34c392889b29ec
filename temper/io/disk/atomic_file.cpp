#include "temper/io/disk/atomic_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/io/disk/failpoint.h"
#include "temper/io/disk/folder.h"
#include "temper/io/disk/system_error.h"

namespace temper::io {
namespace {

constexpr std::string_view temporary_suffix = ".temper-tmp";

std::filesystem::path temporary_name(const std::filesystem::path& path, int attempt) {
  return path.parent_path() / fmt::format(".{}.{}.{}{}", path.filename().string(), ::getpid(),
                                          attempt, temporary_suffix);
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  // An existing name was left by a killed process, or is being written by another thread.
  for (int attempt = 0; !file_; ++attempt) {
    temporary_ = temporary_name(path_, attempt);
    file_ = create_file(temporary_, 0, path_);
  }
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  if (const int failure = write_all(file_, bytes, path_))
    throw system_error("write", path_, failure);
}

void AtomicFile::set_modified(std::int64_t nanoseconds) noexcept {
  constexpr std::int64_t second = 1'000'000'000;
  const auto part = (nanoseconds % second + second) % second;
  const std::array<timespec, 2> times{{{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                                       {.tv_sec = (nanoseconds - part) / second, .tv_nsec = part}}};
  (void)::futimens(file_.get(), times.data());
}

void AtomicFile::commit() {
  if (const auto verdict = failpoint(Call::sync, path_); verdict.error != 0)
    throw system_error("write", path_, verdict.error);
  if (::fsync(file_.get()) != 0) throw system_error("write", path_, errno);
  if (const int failure = file_.close()) throw system_error("write", path_, failure);
  rename_synced(temporary_, path_);
  temporary_.clear();
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

void write_new_file(const std::filesystem::path& path, std::string_view text) {
  if (std::filesystem::exists(path))
    throw Error(Code::io, fmt::format("{} already exists; name another file", path.string()));
  write_atomically(path, text);
}

void remove_temporaries(const std::filesystem::path& folder, std::string_view of) {
  const auto prefix = of.empty() ? std::string(".") : fmt::format(".{}.", of);
  std::error_code failure;
  std::vector<std::filesystem::path> temporaries;
  for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(prefix) && name.ends_with(temporary_suffix))
      temporaries.push_back(entry->path());
  }
  for (const auto& temporary : temporaries) discard(temporary);
}

}  // namespace temper::io
