import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { Construct } from 'constructs';

export interface BudgetProps {
  /** US dollars a month. */
  readonly limit: number;
  readonly email: string;
}

/**
 * Mails when the account is about to spend more this month than it should: at 80% spent, and when AWS forecasts all of it.
 * It counts the whole account: costs by tag would need a tag that somebody has to activate by hand first. Not a monitor of
 * cost anomalies: an account may have one for its services only, and many do.
 */
export function createBudget(scope: Construct, { limit, email }: BudgetProps): CfnBudget {
  const mail = (notificationType: string, threshold: number): CfnBudget.NotificationWithSubscribersProperty => ({
    notification: { notificationType, threshold, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
    subscribers: [{ subscriptionType: 'EMAIL', address: email }],
  });
  return new CfnBudget(scope, 'Budget', {
    budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount: limit, unit: 'USD' } },
    notificationsWithSubscribers: [mail('ACTUAL', 80), mail('FORECASTED', 100)],
  });
}
