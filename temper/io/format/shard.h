#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/io/format/tar.h"

namespace temper::io {

/// An image in a shard, with the label or values from the files of the same key.
struct ShardSample {
  std::string name;          ///< of the image in the archive
  std::uint64_t offset = 0;  ///< of its first byte in the archive
  std::uint64_t size = 0;    ///< bytes
  std::string label;         ///< the number or name of a class, as text; empty: none
  std::vector<double> values =
      {};  ///< regression targets, finite, in the order of value_names; empty: none

  bool operator==(const ShardSample&) const = default;
};

/// A tar archive in WebDataset's layout (Aizman, Maltby, Breuel 2019, "High Performance I/O for
/// Large Scale Deep Learning"): consecutive files with the same name up to its first dot are a
/// sample. `000123.jpg` (jpeg, png, webp) is the image; `000123.cls`, or "label", "cls" or "class"
/// in `000123.json`, is its label, a number or a name; or an object "values" in `000123.json` has
/// named regression targets. Other files, hidden ones, and those in folders that systems make
/// (io/disk/system_folder.h), are ignored.
struct Shard {
  std::uint64_t size = 0;  ///< of the archive, in bytes
  std::vector<ShardSample> samples;
  std::vector<std::string> value_names = {};  ///< empty: no sample has values
  std::uint64_t unread = 0;       ///< pictures by their names that are the image of no sample
  std::string first_unread = {};  ///< name of the first of them

  bool operator==(const Shard&) const = default;
};

/// Lists the samples of an archive. Throws Error{Code::data} as scan_tar() does, and with the
/// sample's name for two files of the same kind, a label without an image, two different labels,
/// both a label and values, values with other names than in earlier samples, files of a sample that
/// are not consecutive (with how to sort them); and for an archive without images.
Shard scan_shard(std::uint64_t size, const ReadAt& read, const std::string& name);

/// The longest label, and the longest name of a value, in bytes.
inline constexpr std::size_t kMostLabel = 256;

/// Whether a text has no control characters.
bool is_one_line(std::string_view text);

/// Whether a text can be the name of a value: one line of 1 to kMostLabel bytes.
bool is_value_name(std::string_view name);

/// The text of a sample's `.json` from which scan_shard() reads values. Throws Error{Code::data}
/// for an invalid name: empty, of more than 256 bytes, not in UTF-8, with control characters; and
/// for more than 1 MiB of text.
std::string values_text(std::span<const std::string> names, std::span<const double> values);

}  // namespace temper::io
