#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "temper/data/prepare/readable.h"
#include "temper/data/sources/pack_info.h"
#include "temper/data/sources/source.h"

namespace temper::data {

struct PackOptions {
  std::int64_t shard_bytes = std::int64_t{256} << 20;  ///< maximum size of a shard, unless one
                                                       ///< image is larger; >= 1
  /// Images whose shorter side is longer than this are resized to it (Pillow's bicubic
  /// interpolation, antialiased) and written as JPEG with restart markers, and other JPEG files are
  /// rewritten with restart markers, without loss; 0: none.
  std::int64_t short_side = 0;
  int quality = 90;       ///< of these JPEG files, 1 to 100
  bool skip_bad = false;  ///< leave out images that can't be decoded; false: they are an error
};

struct Packed {
  PackInfo info;
  std::int64_t values = 0;     ///< number of regression values per image; 0: there are classes
  std::int64_t bytes = 0;      ///< total size of the shards
  std::int64_t reencoded = 0;  ///< number of re-encoded images
  std::vector<BadImage> bad;   ///< images that were left out, sorted by name
};

/// Writes a data set as shards (see shards() and io/format/shard.h) into a new folder:
///
///   out/dataset.json, out/train/train-000000.tar, out/train/train-000000.tar.index, ...
///   out/val/val-000000.tar, ..., out/test/test-000000.tar, ...
///
/// Image files are stored unchanged under a running number, or rewritten where the options require
/// it, with their EXIF orientation. Pixels from other formats (IDX, CIFAR) become PNG files. Every
/// image is decoded, so that damage is found now. A `cls` file holds the number of the class, a
/// `json` file the values by name. Training images are shuffled, always in the same order, so that
/// every shard contains all classes. The other sets keep the order of the source. The same images
/// and options give the same bytes.
///
/// The folder is created completely or not at all.
///
/// @param source  as for open()
/// @param progress  called repeatedly with the number of images done and their total; may be empty
/// @throws Error: usage if `out` exists already; data for an image that can't be decoded, which it
/// names; io; and what open() throws
Packed pack(const std::string& source, const std::filesystem::path& out, const PackOptions& options,
            const std::function<void(std::int64_t done, std::int64_t all)>& progress = {});

/// What was written, with a final newline.
std::string to_text(const Packed& packed, const std::filesystem::path& out);

}  // namespace temper::data
