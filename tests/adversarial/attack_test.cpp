// What holds for every attack: bounds, addressed randomness, the number of passes, refusals.
#include "temper/adversarial/attack.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "temper/adversarial/apgd.h"
#include "temper/adversarial/pgd.h"
#include "temper/adversarial/start.h"
#include "tests/adversarial/small_network.h"
#include "tests/support/refusal.h"

namespace temper::adversarial {
namespace {

using ::testing::HasSubstr;

/// Forward and backward passes of a network.
struct Passes {
  int forward = 0;
  int backward = 0;
};

Classifier counted(const Classifier& network, const std::shared_ptr<Passes>& passes) {
  return [network, passes](const at::Tensor& pixels) {
    ++passes->forward;
    auto logits = network(pixels);
    if (logits.requires_grad())
      logits.register_hook([passes](const at::Tensor& /*gradient*/) { ++passes->backward; });
    return logits;
  };
}

std::vector<Attack> attacks() {
  std::vector<Attack> all;
  for (const auto method : {Method::fgsm, Method::pgd, Method::apgd})
    for (const auto norm : {Norm::linf, Norm::l2})
      for (const auto loss : {AttackLoss::cross_entropy, AttackLoss::dlr})
        for (const double radius : {0.0, 0.03, 0.5})
          all.push_back(
              {.method = method, .norm = norm, .radius = radius, .loss = loss, .steps = 6});
  return all;
}

std::string text(const Attack& attack) {
  return std::string(name_of(attack.method)) + ", " + std::string(name_of(attack.norm)) + ", " +
         std::string(name_of(attack.loss)) + ", " + std::to_string(attack.radius);
}

class Attacks : public ::testing::Test {
 protected:
  [[nodiscard]] Attacked attacked(const Attack& attack) const {
    return run(attack, network, images, labels, small::ids());
  }

  Classifier network = small::network();
  at::Tensor images = small::images();
  at::Tensor labels = network(images).argmax(1);
};

TEST_F(Attacks, StayWithinTheRadiusAndInTheRange) {
  // Samples at the ends of the range, too.
  images.narrow(0, 0, 2).clamp_(0.3, 0.7).sub_(0.3).div_(0.4);
  for (const auto& attack : attacks()) {
    SCOPED_TRACE(text(attack));
    const auto result = attacked(attack);
    EXPECT_GE(result.pixels.min().item<double>(), 0);
    EXPECT_LE(result.pixels.max().item<double>(), 1);
    const auto change = result.pixels.sub(images);
    const auto distance = attack.norm == Norm::linf ? change.abs().max() : lengths(change).max();
    EXPECT_LE(distance.item<double>(), attack.radius + 1e-12);
    EXPECT_EQ(attack.radius == 0, at::equal(result.pixels, images));
    EXPECT_TRUE(at::equal(result.fooled, network(result.pixels).argmax(1).ne(labels)));
  }
}

TEST_F(Attacks, OfMoreRadiusFoolMore) {
  for (const auto method : {Method::pgd, Method::apgd}) {
    const auto fooled = [&](double radius) {
      return attacked({.method = method, .radius = radius}).fooled.sum().item<std::int64_t>();
    };
    EXPECT_EQ(fooled(0), 0);
    EXPECT_EQ(fooled(0.5), small::kImages);
  }
}

TEST_F(Attacks, OfOneStepWithoutRandomStartAreFgsm) {
  for (const auto norm : {Norm::linf, Norm::l2}) {
    const auto once = attacked({.method = Method::fgsm, .norm = norm, .radius = 0.1});
    const auto step = attacked({.method = Method::pgd,
                                .norm = norm,
                                .radius = 0.1,
                                .steps = 1,
                                .step_size = 0.1,
                                .random_start = false});
    EXPECT_TRUE(at::equal(once.pixels, step.pixels));
    // The default step size goes beyond the radius and is projected back.
    const auto far = attacked(
        {.method = Method::pgd, .norm = norm, .radius = 0.1, .steps = 1, .random_start = false});
    EXPECT_TRUE(at::allclose(once.pixels, far.pixels, 0, 1e-12));
  }
  const auto signs = differentiate(network, cross_entropy_rows, images, labels).gradient.sign();
  EXPECT_TRUE(at::allclose(attacked({.method = Method::fgsm, .radius = 0.1}).pixels,
                           images.add(signs, 0.1).clamp(0, 1), 0, 1e-12));
}

TEST_F(Attacks, DoNotDependOnThreadsAndBatches) {
  const int threads = at::get_num_threads();
  for (const auto& attack : attacks()) {
    SCOPED_TRACE(text(attack));
    at::set_num_threads(1);
    const auto whole = attacked(attack);
    at::set_num_threads(3);
    const auto ids = small::ids();
    std::vector<at::Tensor> parts;
    for (const auto& [first, count] : {std::pair{0, 3}, std::pair{3, 1}, std::pair{4, 4}})
      parts.push_back(run(attack, network, images.narrow(0, first, count),
                          labels.narrow(0, first, count),
                          std::span(ids).subspan(static_cast<std::size_t>(first),
                                                 static_cast<std::size_t>(count)))
                          .pixels);
    // DLR divides by a difference of logits, which enlarges their rounding.
    EXPECT_LE((whole.pixels - at::cat(parts)).abs().max().item<double>(),
              attack.loss == AttackLoss::dlr ? 1e-4 : 1e-9);
  }
  at::set_num_threads(threads);
}

TEST_F(Attacks, HaveAddressesOfTheirOwn) {
  const Address address{.seed = 1, .round = 0, .rows = {5, 6, 5}};
  const auto three = images.narrow(0, 0, 3);
  const auto drawn = draw_noise(Norm::l2, three, address);
  EXPECT_TRUE(at::equal(drawn.values[0], drawn.values[2]));
  EXPECT_FALSE(at::equal(drawn.values[0], drawn.values[1]));
  EXPECT_TRUE(at::equal(drawn.values, draw_noise(Norm::l2, three, address).values));
  const auto other = draw_noise(Norm::l2, three, {.seed = 1, .round = 1, .rows = {5, 6, 5}});
  EXPECT_FALSE(at::equal(drawn.values, other.values));
  const auto layout =
      draw_noise(Norm::l2, three.contiguous(at::MemoryFormat::ChannelsLast), address);
  EXPECT_TRUE(at::equal(drawn.values, layout.values));
}

TEST_F(Attacks, BeginWithinTheRadius) {
  const auto noise = draw_noise(Norm::linf, images, {.rows = small::ids()});
  const auto cube = start_within(images, Norm::linf, 0.1, noise).sub(images).abs().max();
  EXPECT_LE(cube.item<double>(), 0.1 + 1e-12);
  EXPECT_GT(cube.item<double>(), 0.09);
  const auto normal = draw_noise(Norm::l2, images, {.rows = small::ids()});
  const auto middle = at::full({8, 3, 6, 6}, 0.5, at::kDouble);
  const auto inside = lengths(start_within(middle, Norm::l2, 0.3, normal).sub(middle));
  EXPECT_TRUE(at::allclose(inside, normal.fractions.mul(0.3)));
  const auto edge = lengths(start_at(middle, Norm::l2, 0.3, normal).sub(middle));
  EXPECT_TRUE(at::allclose(edge, at::full({8, 1, 1, 1}, 0.3, at::kDouble)));
}

TEST_F(Attacks, MakeAsManyPassesAsTheySay) {
  const auto passes = std::make_shared<Passes>();
  const auto watched = counted(network, passes);
  const auto count = [&](const std::function<void()>& call) {
    *passes = {};
    call();
    return *passes;
  };
  const auto once =
      count([&] { fgsm(Norm::linf, 0.1, watched, cross_entropy_rows, images, labels); });
  EXPECT_EQ(once.forward, 1);
  EXPECT_EQ(once.backward, 1);
  const auto seven =
      count([&] { pgd({.steps = 7}, watched, cross_entropy_rows, images, labels, images); });
  EXPECT_EQ(seven.forward, 7);
  EXPECT_EQ(seven.backward, 7);
  const auto automatic =
      count([&] { apgd({.steps = 7}, watched, cross_entropy_rows, images, labels, images); });
  EXPECT_EQ(automatic.forward, 8);
  EXPECT_EQ(automatic.backward, 7);
}

TEST_F(Attacks, RepeatOnlyForImagesThatAreNotFooled) {
  const auto passes = std::make_shared<Passes>();
  const Attack attack{.radius = 0.5, .steps = 10, .restarts = 5};
  const auto result = run(attack, counted(network, passes), images, labels, small::ids());
  EXPECT_TRUE(result.fooled.all().item<bool>());
  EXPECT_EQ(passes->forward, 11) << "the first attempt fools all images";
  const Attack weak{.radius = 1e-6, .steps = 3, .restarts = 4};
  *passes = {};
  EXPECT_FALSE(
      run(weak, counted(network, passes), images, labels, small::ids()).fooled.any().item<bool>());
  EXPECT_EQ(passes->forward, 16);
}

TEST_F(Attacks, WithMoreAttemptsFindHigherLosses) {
  const auto losses = [&](std::int64_t restarts) {
    const Attack attack{.radius = 0.002, .steps = 1, .step_size = 1e-4, .restarts = restarts};
    return cross_entropy_rows(network(attacked(attack).pixels), labels);
  };
  EXPECT_TRUE(losses(6).ge(losses(1)).all().item<bool>());
  EXPECT_GT(losses(6).sum().item<double>(), losses(1).sum().item<double>());
}

TEST_F(Attacks, LeaveGradientsOfParametersAlone) {
  const auto weight = at::full({5, 108}, 0.01, at::kDouble).set_requires_grad(true);
  const Classifier linear = [&weight](const at::Tensor& pixels) {
    return pixels.flatten(1).matmul(weight.t());
  };
  run({.steps = 2}, linear, images, at::zeros({8}, at::kLong), small::ids());
  EXPECT_FALSE(weight.grad().defined());
}

TEST_F(Attacks, TakeNoImages) {
  const auto none = run({}, network, images.narrow(0, 0, 0), labels.narrow(0, 0, 0), {});
  EXPECT_EQ(none.pixels.size(0), 0);
  EXPECT_EQ(none.fooled.size(0), 0);
}

TEST_F(Attacks, RefuseWhatMakesNoSense) {
  const auto refusal = [this](const Attack& attack) {
    return temper::testing::refusal([&] { (void)attacked(attack); });
  };
  EXPECT_THAT(refusal({.radius = -0.1}), HasSubstr("expected 0 to 1"));
  EXPECT_THAT(refusal({.radius = 8}), HasSubstr("radius of an attack is 8 in the norm linf"));
  EXPECT_THAT(refusal({.norm = Norm::l2, .radius = 11}), HasSubstr("expected 0 to 10.3923"));
  EXPECT_THAT(refusal({.steps = 0}), HasSubstr("0 steps"));
  EXPECT_THAT(refusal({.step_size = -1}), HasSubstr("above 0"));
  EXPECT_THAT(refusal({.restarts = 0}), HasSubstr("0 attempts"));
  EXPECT_THAT(refusal({.method = Method::fgsm, .restarts = 2}), HasSubstr("all be the same"));
  EXPECT_THAT(refusal({.random_start = false, .restarts = 2}), HasSubstr("all be the same"));
  const Classifier two = [](const at::Tensor& pixels) { return pixels.flatten(1).narrow(1, 0, 2); };
  EXPECT_THAT(temper::testing::refusal([&] {
                run({.loss = AttackLoss::dlr}, two, images, at::zeros({8}, at::kLong),
                    small::ids());
              }),
              HasSubstr("at least 3 classes"));
}

TEST(Losses, AreThoseOfTheRows) {
  const auto logits = at::tensor({2.0, 1.0, 0.0, -1.0, 3.0, 0.5}, at::kDouble).view({2, 3});
  const auto labels = at::tensor({0, 2}, at::kLong);
  const auto cross = cross_entropy_rows(logits, labels);
  EXPECT_NEAR(cross[0].item<double>(), std::log(1 + std::exp(-1) + std::exp(-2)), 1e-12);
  const auto dlr = dlr_rows(logits, labels);
  EXPECT_NEAR(dlr[0].item<double>(), -(2.0 - 1.0) / 2.0, 1e-9);
  EXPECT_NEAR(dlr[1].item<double>(), -(0.5 - 3.0) / 4.0, 1e-9);
  EXPECT_TRUE(at::allclose(dlr_rows(logits.mul(100), labels), dlr, 0, 1e-9));
  const auto soft = at::softmax(logits, 1);
  EXPECT_NEAR(divergence_rows(logits, soft).abs().max().item<double>(), 0, 1e-12);
  EXPECT_GT(divergence_rows(logits.neg(), soft).min().item<double>(), 0.1);
  EXPECT_TRUE(at::allclose(
      cross_entropy_rows(logits,
                         at::tensor({1.0, 0.0, 0.0, 0.0, 0.0, 1.0}, at::kDouble).view({2, 3})),
      cross));
}

}  // namespace
}  // namespace temper::adversarial
