// What was packed, as text.
#include <fmt/format.h>

#include "temper/core/grouped.h"
#include "temper/core/printable.h"
#include "temper/data/tools/pack.h"

namespace temper::data {

std::string to_text(const Packed& packed, const std::filesystem::path& out) {
  const auto& info = packed.info;
  auto text = fmt::format("{}: {} training images in {} {}", printable(out.native()),
                          grouped(info.train.images), info.train.shards,
                          info.train.shards == 1 ? "shard" : "shards");
  if (info.validation.images > 0)
    text += fmt::format(", {} validation images in {}", grouped(info.validation.images),
                        info.validation.shards);
  if (info.test.images > 0)
    text += fmt::format(", {} test images in {}", grouped(info.test.images), info.test.shards);
  text += fmt::format("; {} MiB, {}", grouped((packed.bytes + (1 << 20) - 1) >> 20),
                      packed.values > 0 ? fmt::format("{} targets per image", packed.values)
                                        : fmt::format("{} classes", info.classes.size()));
  if (packed.reencoded > 0)
    text += fmt::format("; {} images re-encoded", grouped(packed.reencoded));
  text += "\n";
  for (const auto& bad : packed.bad)
    text += fmt::format("skipped {}: {}\n", printable(bad.where), bad.reason);
  if (!packed.bad.empty())
    text += fmt::format("{} images skipped\n", grouped(std::ssize(packed.bad)));
  return text;
}

}  // namespace temper::data
