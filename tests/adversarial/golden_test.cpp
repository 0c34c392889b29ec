// The attacks, against torchattacks as scripts/golden/attacks.py ran it, and adversarial training
// against its authors' code.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "temper/adversarial/apgd.h"
#include "temper/adversarial/free.h"
#include "temper/adversarial/losses.h"
#include "temper/adversarial/pgd.h"
#include "temper/adversarial/start.h"
#include "tests/adversarial/small_network.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::adversarial {
namespace {

using temper::testing::noise;
using temper::testing::tensor;

class AttacksGolden : public ::testing::Test {
 protected:
  static void agree(const at::Tensor& found, const nlohmann::json& expected) {
    EXPECT_LE(found.sub(tensor(expected)).abs().max().item<double>(), 1e-9);
  }

  [[nodiscard]] at::Tensor start(Norm norm, const nlohmann::json& one) const {
    if (!one["random_start"].get<bool>()) return images;
    return start_within(images, norm, one["radius"], noise_for(norm));
  }

  /// The numbers that the script gave the package.
  static Noise noise_for(Norm norm) {
    return {.values = norm == Norm::linf ? small::uniform({8, 3, 6, 6}, 4).mul(2).sub(1)
                                         : noise({8, 3, 6, 6}, 5).mul(3),
            .fractions = small::uniform({8, 1, 1, 1}, 6)};
  }

  [[nodiscard]] at::Tensor run_pgd(Norm norm, const nlohmann::json& one) const {
    return pgd({.norm = norm,
                .radius = one["radius"],
                .step_size = one["step_size"],
                .steps = one["steps"]},
               network, cross_entropy_rows, images, labels, start(norm, one));
  }

  nlohmann::json golden = temper::testing::golden("adversarial/attacks.json");
  Classifier network = small::network();
  at::Tensor images = small::images();
  at::Tensor labels = at::tensor(golden["labels"].get<std::vector<std::int64_t>>());
};

TEST_F(AttacksGolden, NetworkIsTheSame) {
  agree(network(images), golden["logits"]);
}

TEST_F(AttacksGolden, FgsmIsThatOfTorchattacks) {
  for (const auto& one : golden["fgsm"])
    agree(fgsm(Norm::linf, one["radius"], network, cross_entropy_rows, images, labels),
          one["pixels"]);
}

TEST_F(AttacksGolden, PgdIsThatOfTorchattacks) {
  for (const auto& one : golden["pgd"]) agree(run_pgd(Norm::linf, one), one["pixels"]);
}

// The package adds 1e-10 to the gradient's length, and here it is 1e-12.
TEST_F(AttacksGolden, PgdInTheEuclideanNormIsThatOfTorchattacks) {
  for (const auto& one : golden["pgd_l2"]) {
    const auto difference = run_pgd(Norm::l2, one).sub(tensor(one["pixels"])).abs();
    EXPECT_LE(difference.max().item<double>(), 1e-6);
  }
}

TEST_F(AttacksGolden, ApgdIsThatOfTorchattacks) {
  for (const auto& one : golden["apgd"]) {
    const auto norm = one["norm"] == "linf" ? Norm::linf : Norm::l2;
    const auto loss = row_loss(one["loss"] == "dlr" ? AttackLoss::dlr : AttackLoss::cross_entropy);
    SCOPED_TRACE(one["norm"].get<std::string>() + ", " + one["loss"].get<std::string>() + ", " +
                 one["steps"].dump());
    const double radius = one["radius"];
    const auto found = apgd({.norm = norm, .radius = radius, .steps = one["steps"]}, network, loss,
                            images, labels, start_at(images, norm, radius, noise_for(norm)));
    const auto near = [](const at::Tensor& value, const nlohmann::json& expected) {
      EXPECT_LE(value.sub(tensor(expected)).abs().max().item<double>(), 1e-6);
    };
    near(found.best, one["best"]);
    near(found.best_losses, one["losses"]);
    near(found.fooling, one["fooling"]);
    for (std::int64_t i = 0; i < found.fooled.numel(); ++i)
      EXPECT_EQ(found.fooled[i].item<bool>(),
                one["fooled"][static_cast<std::size_t>(i)].get<bool>())
          << i;
  }
}

TEST(TradesGolden, AttackLossAndGradientsAreThoseOfTheAuthorsCode) {
  const auto golden = temper::testing::golden("adversarial/trades.json");
  const auto images = noise({small::kImages, 3, 6, 6}, 3).mul(0.9).add(0.5);
  const auto labels = at::tensor(golden["labels"].get<std::vector<std::int64_t>>());
  const auto start = images.add(noise({small::kImages, 3, 6, 6}, 5).mul(3), 0.001);
  const auto network = small::network();
  const auto attacked = pgd({.norm = Norm::linf,
                             .radius = golden["epsilon"],
                             .step_size = golden["step_size"],
                             .steps = golden["perturb_steps"]},
                            network, divergence_rows, images, network(images).softmax(1), start);
  EXPECT_LE(attacked.sub(tensor(golden["attacked"])).abs().max().item<double>(), 1e-9);

  const auto filters = noise({4, 3, 3, 3}, 1).mul(2).set_requires_grad(true);
  const auto weight = noise({5, 4 * 6 * 6}, 2).div(2).set_requires_grad(true);
  const auto logits = [&](const at::Tensor& pixels) {
    const auto x = at::conv2d(pixels.sub(0.5).div(0.25), filters, {}, 1, 1);
    return x.tanh().flatten(1).matmul(weight.t());
  };
  const auto clean = logits(images);
  const auto divergence = divergence_rows(logits(attacked), clean.softmax(1)).mean();
  const auto loss =
      cross_entropy_rows(clean, labels).mean().add(divergence, golden["beta"].get<double>());
  loss.backward();
  EXPECT_NEAR(loss.item<double>(), golden["loss"], 1e-9);
  for (const auto& [parameter, name] : {std::pair(filters, "filters"), std::pair(weight, "weight")})
    EXPECT_LE(parameter.grad().sub(tensor(golden[name])).abs().max().item<double>(), 1e-9) << name;
}

TEST(FreeGolden, StepsAreThoseOfTheAuthorsCode) {
  const auto golden = temper::testing::golden("adversarial/free.json");
  FreeTraining options;
  options.radius = golden["radius"];
  options.step_size = golden["step_size"];
  options.replays = golden["replays"];
  const auto filters = noise({4, 3, 3, 3}, 1).mul(2).set_requires_grad(true);
  const auto weight = noise({5, 4 * 6 * 6}, 2).div(2).set_requires_grad(true);
  auto perturbation = at::zeros({small::kImages, 3, 6, 6}, at::kDouble);
  std::int64_t done = 0;
  for (const auto& expected : golden["steps"]) {
    const auto batch = static_cast<std::size_t>(done++ / options.replays);
    const auto images =
        small::uniform({small::kImages, 3, 6, 6}, golden["streams"].at(batch).get<std::uint64_t>());
    const auto labels = at::tensor(golden["labels"].at(batch).get<std::vector<std::int64_t>>());
    const auto leaf = perturbation.detach().clone().set_requires_grad(true);
    const auto seen = perturbed(images, leaf).sub(0.5).div(0.25);
    const auto logits = at::conv2d(seen, filters, {}, 1, 1).tanh().flatten(1).matmul(weight.t());
    cross_entropy_rows(logits, labels).mean().backward();
    perturbation = moved(options, leaf.detach(), leaf.grad());
    EXPECT_LE(perturbation.abs().max().item<double>(), options.radius + 1e-12);
    EXPECT_LE(perturbation.sub(tensor(expected["perturbation"])).abs().max().item<double>(), 1e-9);
    const at::NoGradGuard guard;
    for (const auto& [parameter, name] :
         {std::pair(filters, "filters"), std::pair(weight, "weight")}) {
      parameter.sub_(parameter.grad(), golden["lr"].get<double>());
      parameter.mutable_grad().reset();
      EXPECT_LE(parameter.sub(tensor(expected[name])).abs().max().item<double>(), 1e-9) << name;
    }
  }
  EXPECT_EQ(done, 6);
}

}  // namespace
}  // namespace temper::adversarial
