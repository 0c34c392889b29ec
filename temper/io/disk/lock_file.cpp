#include "temper/io/disk/lock_file.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <string>
#include <thread>

#include "temper/core/printable.h"
#include "temper/io/disk/system_error.h"

namespace temper::io {
namespace {

/// Longer than is_held() has a lock.
constexpr std::chrono::milliseconds kInstant(50);

std::string who_we_are() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("process {} on {} since {:%Y-%m-%d %H:%M:%S} UTC", ::getpid(), host.data(),
                     fmt::gmtime(std::time(nullptr)));
}

/// One line, printable: another program may have written the file.
std::string holder(const Descriptor& file) {
  std::array<char, 300> text{};
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  std::string line(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  line.resize(std::min(line.find('\n'), line.size()));
  return line.empty() ? "another process" : printable(line);
}

Descriptor open_lock(const std::filesystem::path& path) {
  return open_file(path, O_RDWR | O_CREAT, "write");
}

}  // namespace

LockFile::LockFile(const std::filesystem::path& path, const std::string& what)
    : file_(open_lock(path)) {
  if (lock(path, /*waits=*/false)) return;
  std::this_thread::sleep_for(kInstant);  // is_held() of another process
  if (!lock(path, /*waits=*/false))
    throw Error(Code::usage, fmt::format("{} is in use by {}; wait for it, stop it, or choose "
                                         "another directory with --out",
                                         what, holder(file_)));
}

LockFile LockFile::wait(const std::filesystem::path& path) {
  LockFile file(open_lock(path));
  file.lock(path, /*waits=*/true);
  return file;
}

std::optional<LockFile> LockFile::attempt(const std::filesystem::path& path) {
  LockFile file(open_lock(path));
  if (!file.lock(path, /*waits=*/false)) return std::nullopt;
  return file;
}

bool LockFile::is_held(const std::filesystem::path& path) {
  try {
    const auto file = open_file(path, O_RDONLY, "read");
    int result = -1;
    do {
      result = ::flock(file.get(), LOCK_SH | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    return result != 0 && errno == EWOULDBLOCK;
  } catch (const Error&) {
    return false;
  }
}

bool LockFile::lock(const std::filesystem::path& path, bool waits) {
  int result = -1;
  do {
    result = ::flock(file_.get(), waits ? LOCK_EX : LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result != 0 && errno == EWOULDBLOCK) return false;
  // On a file system without locks a second process is not detected; the first must work
  // nevertheless.
  if (result != 0 && errno != ENOTSUP && errno != ENOLCK && errno != EINVAL)
    throw system_error("lock", path, errno);
  works_ = result == 0;
  const std::string line = who_we_are() + "\n";
  if (::ftruncate(file_.get(), 0) != 0) throw system_error("write", path, errno);
  if (const int failure = write_all(file_, std::as_bytes(std::span(line)), path))
    throw system_error("write", path, failure);
  return true;
}

}  // namespace temper::io
