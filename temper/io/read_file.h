#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace temper::io {

/// The whole file. Throws Error{Code::io} when it cannot be read and Error{Code::data} when it is
/// larger than `max_bytes`.
std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes);
std::string read_text(const std::filesystem::path& path, std::uint64_t max_bytes = 64U << 20U);

/// By which a file that was replaced since is told from what it was.
struct FileStamp {
  std::int64_t size = -1;     ///< bytes; -1: nobody knows
  std::int64_t modified = 0;  ///< nanoseconds since 1970
  bool operator==(const FileStamp&) const = default;
};

/// Of a file as it is now; of unknown size where the system won't tell.
FileStamp stamp_of(const std::filesystem::path& path) noexcept;

/// Some bytes of a file.
struct FilePart {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct ReadOptions {
  std::uint64_t max_bytes = std::uint64_t{512} << 20U;  ///< of what is read
  std::optional<FilePart> part = {};                    ///< only these bytes
  double timeout = 0;       ///< seconds after which a file that does not come is given up; 0: never
  FileStamp expected = {};  ///< what it must still be; of unknown size: whatever it is
};

/// Reads one file after another into the same memory. With a time-out a thread of its own waits for
/// the disk, and is left behind where a file never comes; files that are in memory already, on a
/// disk of this machine, are read at once.
class FileReader {
 public:
  FileReader();
  ~FileReader();
  FileReader(FileReader&&) noexcept;
  FileReader& operator=(FileReader&&) noexcept;
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// The whole file, or the part asked for. Throws as read_file() does, Error{Code::io} also when
  /// nothing came in time, Error{Code::data} also for a file that is not the one expected or ends
  /// before the part does.
  /// @return valid until the next call
  std::span<const std::byte> operator()(const std::filesystem::path& path,
                                        const ReadOptions& options = {});

 private:
  struct Desk;

  std::shared_ptr<Desk> desk_;
};

}  // namespace temper::io
