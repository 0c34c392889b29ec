#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "temper/io/format/shard.h"

/// The samples of a shard in a file beside it, so that an archive is scanned only once.
namespace temper::io {

/// The index of a shard as text, which depends only on the shard.
std::string index_text(const Shard& shard);
/// Reads an index. Throws Error{Code::data} for text that index_text() does not write, and for
/// samples that are not within the shard.
/// @param name  the index's name in messages
Shard parse_index(std::string_view text, const std::string& name);

/// The path of a shard's index: the shard's path with ".index" appended.
std::filesystem::path index_path(const std::filesystem::path& shard);

/// Writes the index of a shard, and gives it the shard's time of modification, by which
/// open_shard() knows that it is of this shard. So its bytes depend only on the shard, and programs
/// that copy both files with their times keep it valid. Throws Error{Code::io}.
/// @param modified  the time of the shard that these samples are of, as in FileStamp
void write_index(const std::filesystem::path& path, const Shard& shard, std::int64_t modified);

/// The samples of a shard, from its index if that has the time of the shard and its size, is
/// complete, and is right about the first and the last image; otherwise from the shard, and the
/// index is written for the next time. A folder that is not writable is not an error: then the
/// shard is scanned each time. Throws as scan_shard(), and Error{Code::io} if the shard can't be
/// read.
Shard open_shard(const std::filesystem::path& path);

}  // namespace temper::io
