"""The leg of Beer & Gallagher (1992), step by step, in the order of its published program."""

from math import atan2, cos, pi, sin

LENGTH, FORCE, LIMIT, TOP_SPEED, TORQUE, TOP_OMEGA = 15.0, 0.05, pi / 6, 6.0, 0.5, 1.0


class Leg:
    def __init__(self, dt, angle=LIMIT):
        self.dt, self.x, self.speed, self.angle, self.omega, self.down = dt, 0.0, 0.0, angle, 0.0, False
        self.joint_y = 12.5
        self.swing_foot()

    def swing_foot(self):
        self.foot_x = self.x + LENGTH * sin(self.angle)
        self.foot_y = self.joint_y + LENGTH * cos(self.angle)

    def step(self, down, forward, backward):
        self.down = down
        f = FORCE * (forward - backward)
        inside = -LIMIT <= self.angle <= LIMIT
        back_to_it = (self.angle < -LIMIT and f < 0) or (self.angle > LIMIT and f > 0)
        if down and (inside or back_to_it):
            self.speed = min(max(self.speed + self.dt * f, -TOP_SPEED), TOP_SPEED)
        self.x += self.dt * self.speed
        if down:
            angle = atan2(self.foot_x - self.x, self.foot_y - self.joint_y)
            self.angle, self.omega = angle, (angle - self.angle) / self.dt
        else:
            self.speed = 0.0
            self.omega = min(max(self.omega - self.dt * TORQUE * f, -TOP_OMEGA), TOP_OMEGA)
            self.angle += self.dt * self.omega
            if abs(self.angle) > LIMIT:
                self.angle, self.omega = (LIMIT if self.angle > 0 else -LIMIT), 0.0
            self.swing_foot()
        if self.x - self.foot_x > 20:
            self.speed = 0.0

    @property
    def moment(self):
        return self.x, self.speed, self.angle, self.omega, self.foot_x, self.foot_y - self.joint_y, float(self.down)
