#include "temper/io/descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "temper/io/system_error.h"

namespace temper::io {

Descriptor::~Descriptor() {
  close();
}

int Descriptor::close() noexcept {
  if (number_ < 0) return 0;
  const int result = ::close(std::exchange(number_, -1));
  return result == 0 || errno == EINTR ? 0 : errno;
}

Descriptor open_file(const std::filesystem::path& path, int flags, const char* action) {
  int number = -1;
  do {
    number = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  } while (number < 0 && errno == EINTR);
  if (number < 0) throw system_error(action, path, errno);
  return Descriptor(number);
}

int write_all(const Descriptor& file, std::span<const std::byte> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

std::pair<Descriptor, std::uint64_t> open_for_reading(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
  Descriptor file = open_file(path, O_RDONLY | O_NONBLOCK, "read");
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) throw system_error("read", path, errno);
  if (S_ISDIR(status.st_mode)) throw system_error("read", path, EISDIR);
  if (!S_ISREG(status.st_mode)) throw system_error("read", path, EINVAL);
  return {std::move(file), static_cast<std::uint64_t>(status.st_size)};
}

}  // namespace temper::io
