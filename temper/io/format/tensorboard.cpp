#include "temper/io/format/tensorboard.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <span>
#include <system_error>
#include <utility>

#include "temper/io/disk/folder.h"
#include "temper/io/disk/system_error.h"
#include "temper/io/format/tensorboard.pb.h"

namespace temper::io {
namespace {

constexpr std::size_t flush_at = std::size_t{64} << 10;

constexpr std::array<std::uint32_t, 256> crc32c_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F63B78U : 0U);
    table[i] = value;
  }
  return table;
}();

// TensorFlow masks its checksums, because the CRC of data that contains CRCs is weak.
std::uint32_t masked_crc32c(std::string_view data) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : data)
    crc = (crc >> 8) ^ crc32c_table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
}

template <class Unsigned>
std::string little_endian(Unsigned value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(value); ++i)
    bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
  return bytes;
}

double now() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since_1970).count();
}

/// TensorBoard reads the files of a folder in the order of their names, so the time comes first.
std::filesystem::path file_name(double wall_time, int attempt) {
  return fmt::format("events.out.tfevents.{:010}.{}.{}.temper",
                     static_cast<std::int64_t>(wall_time), ::getpid(), attempt);
}

/// The time in the name of the newest file; 0 if there is none. The clock may have been set back
/// since that file was written.
double newest_time(const std::filesystem::path& folder) {
  constexpr std::string_view prefix = "events.out.tfevents.";
  std::int64_t newest = 0;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    const std::string name = entry.path().filename().string();
    std::int64_t time = 0;
    if (name.starts_with(prefix))
      std::from_chars(name.data() + prefix.size(), name.data() + name.size(), time);
    newest = std::max(newest, time);
  }
  return static_cast<double>(newest);
}

}  // namespace

std::string tf_record(std::string_view data) {
  const std::string length = little_endian(std::uint64_t{data.size()});
  std::string record = length + little_endian(masked_crc32c(length));
  record += data;
  return record + little_endian(masked_crc32c(data));
}

EventWriter::EventWriter(const std::filesystem::path& folder,
                         std::optional<std::int64_t> first_step) {
  make_folder(folder);
  const double wall_time = now();
  const double named_time = std::max(wall_time, newest_time(folder) + 1);
  for (int attempt = 0; !file_; ++attempt) {
    path_ = folder / file_name(named_time, attempt);
    file_ = create_file(path_, O_APPEND, path_);
  }

  event::Event version;
  version.set_wall_time(wall_time);
  version.set_file_version("brain.Event:2");
  record(version.SerializeAsString());
  if (first_step) {
    event::Event start;
    start.set_wall_time(wall_time);
    start.set_step(*first_step);
    start.mutable_session_log()->set_status(event::SessionLog::START);
    record(start.SerializeAsString());
  }
  flush();
}

EventWriter::~EventWriter() {
  try {
    flush();
  } catch (const Error&) {
    // To get errors, call flush() before.
    buffer_.clear();
  }
}

void EventWriter::scalar(std::string_view tag, std::int64_t step, double value, double wall_time) {
  event::Event event;
  event.set_wall_time(wall_time);
  event.set_step(step);
  event::Summary::Value* entry = event.mutable_summary()->add_value();
  entry->set_tag(tag.data(), tag.size());
  entry->set_simple_value(static_cast<float>(value));
  record(event.SerializeAsString());
}

void EventWriter::scalar(std::string_view tag, std::int64_t step, double value) {
  scalar(tag, step, value, now());
}

void EventWriter::record(const std::string& message) {
  buffer_ += tf_record(message);
  if (buffer_.size() >= flush_at) flush();
}

void EventWriter::flush() {
  const std::string pending = std::exchange(buffer_, {});
  if (const int failure = write_all(file_, std::as_bytes(std::span(pending)), path_))
    throw system_error("write", path_, failure);
}

}  // namespace temper::io
