#include "temper/io/disk/read_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/cached_file.h"
#include "temper/io/disk/descriptor.h"
#include "temper/io/disk/system_error.h"

namespace temper::io {
namespace {

/// @param part  what is read in place of the whole file
void check_size(const std::filesystem::path& path, std::uint64_t size, std::uint64_t max_bytes,
                const std::optional<FilePart>& part = {}) {
  if (size <= max_bytes) return;
  const auto what =
      part ? fmt::format("a part of {} bytes, from byte {} of the file on", size, part->offset)
           : fmt::format("a file of {} bytes", size);
  throw Error(Code::data, {.file = path.string()},
              fmt::format("{}; expected at most {}", what, max_bytes));
}

template <class Container>
Container read_as(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const auto [file, size] = open_for_reading(path);
  check_size(path, size, max_bytes);
  Container contents;
  contents.resize(static_cast<std::size_t>(size));
  // The file may have been truncated in the meantime.
  contents.resize(read_all(file, std::as_writable_bytes(std::span(contents)), path));
  return contents;
}

FileStamp stamp_from(const struct stat& status) {
  return {.size = static_cast<std::int64_t>(status.st_size),
          .modified = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

/// Whether the file is on a local file system.
bool is_local(const Descriptor& file) {
  constexpr std::array<std::uint64_t, 9> kinds{
      0xEF53 /* ext4 */,      0x58465342 /* XFS */,      0x9123683E /* Btrfs */,
      0x01021994 /* tmpfs */, 0x794C7630 /* overlay */,  0x2FC12FC1 /* ZFS */,
      0xF2F52010 /* F2FS */,  0x73717368 /* SquashFS */, 0xE0F5E1E2 /* EROFS */};
  struct statfs about{};
  return ::fstatfs(file.get(), &about) == 0 &&
         std::ranges::find(kinds, static_cast<std::uint64_t>(about.f_type)) != kinds.end();
}

void check_stamp(const std::filesystem::path& path, const FileStamp& found,
                 const FileStamp& expected) {
  if (expected.size < 0 || found == expected) return;
  const auto what = found.size == expected.size
                        ? fmt::format("modified, but still {} bytes", found.size)
                        : fmt::format("{} bytes, expected {}", found.size, expected.size);
  throw Error(Code::data, {.file = path.string()},
              fmt::format("changed since the data set was opened ({}); start again, so that the "
                          "whole run uses the same data",
                          what));
}

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_as<std::vector<std::byte>>(path, max_bytes);
}

std::string read_text(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_as<std::string>(path, max_bytes);
}

FileStamp stamp_of(const std::filesystem::path& path) noexcept {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? stamp_from(status) : FileStamp{};
}

/// The state that the reader shares with its thread, which may outlive it.
struct FileReader::Shared {
  std::vector<std::byte> bytes;
  std::size_t size = 0;

  std::mutex mutex;
  std::condition_variable changed;
  enum class Phase : std::uint8_t { idle, asked, answered, left } phase = Phase::idle;
  bool has_thread = false;
  std::filesystem::path path;
  ReadOptions options;
  std::exception_ptr error;
  bool local = false;  ///< whether the last file of read() is on a local file system

  /// Reads a file that is in the page cache. False if it can't; read() reports what is wrong.
  bool read_at_once(const std::filesystem::path& from, const ReadOptions& how) {
    if (!local) return false;
    const Descriptor file = open_cached(from);
    struct stat status{};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    const auto stamp = stamp_from(status);
    if (how.expected.size >= 0 && stamp != how.expected) return false;
    const auto wanted = how.part ? how.part->size : static_cast<std::uint64_t>(stamp.size);
    if (wanted > how.max_bytes) return false;
    if (bytes.size() < wanted) bytes.resize(static_cast<std::size_t>(wanted));
    size = static_cast<std::size_t>(wanted);
    return read_cached(file, how.part ? how.part->offset : 0, std::span(bytes).first(size)) == size;
  }

  void read(const std::filesystem::path& from, const ReadOptions& how) {
    const auto [file, length] = open_for_reading(from);
    const auto wanted = how.part ? how.part->size : length;
    check_size(from, wanted, how.max_bytes, how.part);
    local = is_local(file);
    if (how.expected.size >= 0) {
      struct stat status{};
      if (::fstat(file.get(), &status) != 0) throw system_error("read", from, errno);
      check_stamp(from, stamp_from(status), how.expected);
    }
    if (bytes.size() < wanted) bytes.resize(static_cast<std::size_t>(wanted));
    const auto room = std::span(bytes).first(static_cast<std::size_t>(wanted));
    size = how.part ? read_at(file, how.part->offset, room, from) : read_all(file, room, from);
    if (how.part && size < wanted)
      throw Error(Code::data, {.file = from.string()},
                  fmt::format("the file is cut short: it has {} bytes, expected {} from byte {} on",
                              length, wanted, how.part->offset));
  }

  /// The thread's loop: reads one requested file after another until the reader leaves.
  void serve() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return phase == Phase::asked || phase == Phase::left; });
      if (phase == Phase::left) return;
      lock.unlock();
      std::exception_ptr failure;
      try {
        read(path, options);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      error = failure;
      if (phase == Phase::asked) phase = Phase::answered;
      changed.notify_all();
    }
  }

  void leave() {
    const std::scoped_lock lock(mutex);
    phase = Phase::left;
    changed.notify_all();
  }
};

FileReader::FileReader() : shared_(std::make_shared<Shared>()) {}

FileReader::~FileReader() {
  if (shared_) shared_->leave();
}

FileReader::FileReader(FileReader&& other) noexcept = default;

FileReader& FileReader::operator=(FileReader&& other) noexcept {
  std::swap(shared_, other.shared_);
  return *this;
}

std::span<const std::byte> FileReader::operator()(const std::filesystem::path& path,
                                                  const ReadOptions& options) {
  if (!(options.timeout > 0)) {
    shared_->read(path, options);
    return std::span(shared_->bytes).first(shared_->size);
  }
  // Reading through another thread costs more than reading from the page cache.
  if (shared_->read_at_once(path, options)) return std::span(shared_->bytes).first(shared_->size);
  if (!shared_->has_thread) {
    std::thread([desk = shared_] { desk->serve(); }).detach();
    shared_->has_thread = true;
  }
  std::unique_lock lock(shared_->mutex);
  shared_->path = path;
  shared_->options = options;
  shared_->phase = Shared::Phase::asked;
  shared_->changed.notify_all();
  const auto answered = [this] { return shared_->phase == Shared::Phase::answered; };
  if (!shared_->changed.wait_for(lock, std::chrono::duration<double>(options.timeout), answered)) {
    shared_->phase = Shared::Phase::left;
    lock.unlock();
    shared_ = std::make_shared<Shared>();
    throw Error(
        Code::io, {.file = path.string()},
        fmt::format("cannot read: no data within {} seconds; check its disk or network share",
                    options.timeout));
  }
  shared_->phase = Shared::Phase::idle;
  if (const auto error = std::exchange(shared_->error, nullptr)) std::rethrow_exception(error);
  return std::span(shared_->bytes).first(shared_->size);
}

}  // namespace temper::io
