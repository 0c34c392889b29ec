#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/io/tar.h"

namespace temper::io {

/// A picture in a shard, with what the files of the same key say about it.
struct ShardSample {
  std::string name;                 ///< of the picture in the archive
  std::uint64_t offset = 0;         ///< of its first byte in the archive
  std::uint64_t size = 0;           ///< bytes
  std::string label;                ///< a class's number or name, as text; empty: none
  std::vector<double> values = {};  ///< finite, in the order of the shard's names; empty: none

  bool operator==(const ShardSample&) const = default;
};

/// A tar archive in WebDataset's layout (Aizman, Maltby, Breuel 2019, "High Performance I/O for
/// Large Scale Deep Learning"): files that share the name up to its first dot, next to one another,
/// are a sample. `000123.jpg` (jpeg, png, webp) is the picture; `000123.cls`, or "label", "cls" or
/// "class" in `000123.json`, its label, a number or a name; or an object "values" in `000123.json`
/// has numbers that are to be learned, by their names. Other files are left alone, hidden ones too.
struct Shard {
  std::uint64_t size = 0;  ///< of the archive, in bytes
  std::vector<ShardSample> samples;
  std::vector<std::string> value_names = {};  ///< empty: no sample has values

  bool operator==(const Shard&) const = default;
};

/// Reads what is in an archive. Throws Error{Code::data} as scan_tar() does, and naming the sample
/// for two files of one kind, a label without a picture, two labels that differ, a label and
/// values, values of other names than the samples before have, files of a sample that are apart;
/// for an archive without pictures.
Shard scan_shard(std::uint64_t size, const ReadAt& read, const std::string& name);

/// The text of a sample's `.json` that scan_shard() reads values from. Throws Error{Code::data} for
/// a name that it would not take: empty, of more than 256 bytes, not in UTF-8, with control
/// characters; and for more than 1 MiB of text.
std::string values_text(std::span<const std::string> names, std::span<const double> values);

/// An index of a shard, as text that depends on the shard alone.
std::string index_text(const Shard& shard);
/// Reads it. Throws Error{Code::data} for all that index_text() does not write, and for samples
/// that do not lie within the shard.
/// @param name  what messages call the index
Shard parse_index(std::string_view text, const std::string& name);

/// The index beside a shard: its name with ".index" behind it.
std::filesystem::path index_path(const std::filesystem::path& shard);

/// What is in a shard, from the index beside it where that is newer than the shard, of its size,
/// whole, and right about the first and the last picture; else from the shard, and the index is
/// written for the next time. A folder that can't be written to is no error: then the shard is read
/// each time. Throws as scan_shard(), and Error{Code::io} where the shard can't be read.
Shard open_shard(const std::filesystem::path& path);

}  // namespace temper::io
