#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "temper/io/disk/descriptor.h"

namespace temper::io {

/// Writes an event file that TensorBoard reads: TFRecord frames around Event messages.
class EventWriter {
 public:
  /// Creates the folder and a new event file in it. Throws Error{Code::io}, as do the members.
  /// @param first_step  the first step of a resumed run: TensorBoard discards the values of earlier
  /// files in the folder for that step and later ones
  explicit EventWriter(const std::filesystem::path& folder,
                       std::optional<std::int64_t> first_step = {});
  /// Flushes, ignoring errors.
  ~EventWriter();
  EventWriter(const EventWriter&) = delete;
  EventWriter& operator=(const EventWriter&) = delete;
  EventWriter(EventWriter&&) = delete;
  EventWriter& operator=(EventWriter&&) = delete;

  /// @param wall_time  seconds since 1970
  void scalar(std::string_view tag, std::int64_t step, double value, double wall_time);
  /// With the current time.
  void scalar(std::string_view tag, std::int64_t step, double value);
  /// Writes the buffered events to the file; also done automatically every 64 KiB.
  void flush();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  void record(const std::string& message);

  std::filesystem::path path_;
  Descriptor file_;
  std::string buffer_;
};

/// One TFRecord: little-endian length, masked CRC-32C of the length, data, masked CRC-32C of the
/// data.
std::string tf_record(std::string_view data);

}  // namespace temper::io
