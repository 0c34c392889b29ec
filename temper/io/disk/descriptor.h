#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

namespace temper::io {

/// Owns a POSIX file descriptor; movable, closed by the destructor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int get() const noexcept { return number_; }
  [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }
  /// Closes the descriptor. Returns the system's error number, or 0.
  int close() noexcept;

 private:
  int number_ = -1;
};

/// open(2) with close-on-exec; new files are readable and writable as the umask allows. Throws
/// Error{Code::io}, "<path>: cannot <action>".
Descriptor open_file(const std::filesystem::path& path, int flags, const char* action);

/// Creates `path` and opens it for writing. Empty if such a file exists already; throws
/// Error{Code::io}, "<named>: cannot write", for every other failure.
Descriptor create_file(const std::filesystem::path& path, int flags,
                       const std::filesystem::path& named);

/// Writes all bytes, also after interruptions and short writes. Returns the system's error number,
/// or 0.
/// @param path  of the file, for failpoints
int write_all(const Descriptor& file, std::span<const std::byte> bytes,
              const std::filesystem::path& path) noexcept;

/// Reads until the buffer is full or the file ends. Throws Error{Code::io}.
/// @return bytes read
std::size_t read_all(const Descriptor& file, std::span<std::byte> buffer,
                     const std::filesystem::path& path);

/// The same from `offset`, without changing the file's position: several threads may read from one
/// descriptor at once.
std::size_t read_at(const Descriptor& file, std::uint64_t offset, std::span<std::byte> buffer,
                    const std::filesystem::path& path);

/// Opens a regular file for reading and returns its size in bytes too. Throws Error{Code::io}.
std::pair<Descriptor, std::uint64_t> open_for_reading(const std::filesystem::path& path);

}  // namespace temper::io
