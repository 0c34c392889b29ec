#include "temper/regularize/pass.h"

#include "temper/core/random.h"

namespace temper::regularize {
namespace {

/// Keeps the different kinds of draws at one address independent.
enum Stream : std::uint8_t { coins, masks, batches };

std::uint64_t bits(std::int64_t number) {
  return static_cast<std::uint64_t>(number);
}

std::array<std::uint32_t, 2> key(Random random) {
  const auto low = random();
  return {low, random()};
}

}  // namespace

double uniform_for_batch(const Address& address, std::int64_t index) {
  const auto& at = address.pass;
  return Random(at.seed, Purpose::network,
                {coins, bits(at.step), bits(at.pass), address.layer, bits(index)})
      .uniform();
}

std::array<std::uint32_t, 2> mask_key(const Address& address) {
  const auto& at = address.pass;
  return key({at.seed, Purpose::network, {masks, bits(at.step), bits(at.pass), address.layer}});
}

std::array<std::uint32_t, 2> batch_key(const Address& address) {
  const auto& at = address.pass;
  return key({at.seed, Purpose::network, {batches, bits(at.step), bits(at.pass), address.layer}});
}

}  // namespace temper::regularize
