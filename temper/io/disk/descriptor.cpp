#include "temper/io/disk/descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "temper/core/error.h"
#include "temper/io/disk/failpoint.h"
#include "temper/io/disk/system_error.h"

namespace temper::io {
namespace {

/// The descriptor, or the negative error number of the system.
int try_open(const std::filesystem::path& path, int flags) noexcept {
  if (const auto verdict = failpoint(Call::open, path); verdict.error != 0) return -verdict.error;
  int number = -1;
  do {
    number = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  } while (number < 0 && errno == EINTR);
  return number < 0 ? -errno : number;
}

}  // namespace

Descriptor::~Descriptor() {
  close();
}

int Descriptor::close() noexcept {
  if (number_ < 0) return 0;
  const int result = ::close(std::exchange(number_, -1));
  return result == 0 || errno == EINTR ? 0 : errno;
}

Descriptor open_file(const std::filesystem::path& path, int flags, const char* action) {
  const int number = try_open(path, flags);
  if (number < 0) throw system_error(action, path, -number);
  return Descriptor(number);
}

Descriptor create_file(const std::filesystem::path& path, int flags,
                       const std::filesystem::path& named) {
  const int number = try_open(path, flags | O_WRONLY | O_CREAT | O_EXCL);
  if (number == -EEXIST) return {};
  if (number < 0) throw system_error("write", named, -number);
  return Descriptor(number);
}

int write_all(const Descriptor& file, std::span<const std::byte> bytes,
              const std::filesystem::path& path) noexcept {
  if (bytes.empty()) return 0;  // doesn't touch the disk
  const auto verdict = failpoint(Call::write, path);
  if (verdict.error != 0) return verdict.error;
  if (verdict.torn) bytes = bytes.first(bytes.size() / 2);
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  if (verdict.torn) kill_process();
  return 0;
}

namespace {

/// Reads until the buffer is full or the file ends; `read_some(rest, filled)` is a system call.
template <class ReadSome>
std::size_t fill(std::span<std::byte> buffer, const std::filesystem::path& path,
                 const ReadSome& read_some) {
  if (const auto verdict = failpoint(Call::read, path); verdict.error != 0)
    throw system_error("read", path, verdict.error);
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t got = read_some(buffer.subspan(filled), filled);
    if (got < 0 && errno != EINTR) throw system_error("read", path, errno);
    if (got == 0) break;
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return filled;
}

}  // namespace

std::size_t read_all(const Descriptor& file, std::span<std::byte> buffer,
                     const std::filesystem::path& path) {
  return fill(buffer, path, [&](std::span<std::byte> rest, std::size_t /*filled*/) {
    return ::read(file.get(), rest.data(), rest.size());
  });
}

std::size_t read_at(const Descriptor& file, std::uint64_t offset, std::span<std::byte> buffer,
                    const std::filesystem::path& path) {
  return fill(buffer, path, [&](std::span<std::byte> rest, std::size_t filled) {
    return ::pread(file.get(), rest.data(), rest.size(), static_cast<off_t>(offset + filled));
  });
}

std::pair<Descriptor, std::uint64_t> open_for_reading(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a pipe that no process writes to would block forever.
  Descriptor file = open_file(path, O_RDONLY | O_NONBLOCK, "read");
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) throw system_error("read", path, errno);
  if (S_ISDIR(status.st_mode)) throw system_error("read", path, EISDIR);
  if (!S_ISREG(status.st_mode))
    throw Error(Code::io, {.file = path.string()},
                fmt::format("cannot read: it is {}; expected a file",
                            S_ISFIFO(status.st_mode)   ? "a named pipe"
                            : S_ISSOCK(status.st_mode) ? "a socket"
                                                       : "a device"));
  return {std::move(file), static_cast<std::uint64_t>(status.st_size)};
}

}  // namespace temper::io
