"""The checkers as reward functions, for TRL, verifiers, open-instruct or a trainer of one's own.

    from crabtk.rewards import ConstraintReward

    reward = ConstraintReward()
    reward(prompts, completions, constraints=[…])        # as TRL calls it
    reward.explain(prompt, completion, constraints)      # what each constraint got, and the gate

``crabtk.rewards.verifiers`` and ``crabtk.rewards.open_instruct`` have the other signatures. ``docs/rewards.md`` tells
what is rewarded and what is not.
"""

from crabtk.rewards.constraint_reward import ConstraintReward, Explained
from crabtk.rewards.from_settings import reward_from_settings

__all__ = ["ConstraintReward", "Explained", "reward_from_settings"]
