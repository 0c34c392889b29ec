#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "temper/data/pack_info.h"
#include "temper/data/readable.h"
#include "temper/data/source.h"

namespace temper::data {

struct PackOptions {
  std::int64_t shard_bytes = std::int64_t{256} << 20;  ///< of a shard at most, unless one picture
                                                       ///< is larger; >= 1
  /// Pictures whose shorter side is longer are resized to it (Pillow's bicubic, antialiased) and
  /// written as JPEG; 0: none.
  std::int64_t short_side = 0;
  int quality = 90;       ///< of these JPEG files, 1 to 100
  bool skip_bad = false;  ///< leave pictures that can't be decoded out, in place of an error
};

struct Packed {
  PackInfo info;
  std::int64_t values = 0;     ///< that each picture has in place of a class
  std::int64_t bytes = 0;      ///< of all shards
  std::int64_t reencoded = 0;  ///< pictures
  std::vector<BadImage> bad;   ///< left out, by their names
};

/// Writes a data set as shards (see shards() and io/shard.h) into a new folder:
///
///   out/dataset.json, out/train/train-000000.tar, out/train/train-000000.tar.index, ...
///   out/val/val-000000.tar, ..., out/test/test-000000.tar, ...
///
/// Files of pictures are stored as they are, under a running number, or re-encoded where options
/// say so, with their EXIF orientation; pixels that come from elsewhere (IDX, CIFAR) become PNG
/// files. Every picture is decoded, so that damage is found now. A `cls` file holds the class's
/// number, a `json` file the values by their names. Training pictures are in a shuffled order that
/// is always the same, so that each shard, and each process's part of them, has all classes; the
/// others are in the order of the source. The same pictures and options give the same bytes.
///
/// The folder appears whole or not at all.
///
/// @param source  as open() takes it
/// @param tell    called now and then with the pictures that are done, out of how many; may be
/// empty
/// @throws Error: usage for an out that is there already; data naming the
/// picture that can't be decoded; io; what open() throws
Packed pack(const std::string& source, const std::filesystem::path& out, const PackOptions& options,
            const std::function<void(std::int64_t done, std::int64_t all)>& tell = {});

}  // namespace temper::data
